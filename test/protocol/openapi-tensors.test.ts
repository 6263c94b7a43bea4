import type { OpenApiDocument } from '../../shared/protocol/openapi/document';
import { createTensorRegistry, DATA_TYPES, identityModel, type TensorRegistry } from '../tensor-models';
import { json, openTestApp } from '../test-app';
import { type DescribedApi, openDescribedApi } from './described-api';

const SHAPES = { table: ['N', 2], image: ['N', 2, 'height', 3], vector: ['N'], scalar: [], one: [1, 2] };

const MODELS = [
  ...DATA_TYPES.map((type) => ({ name: type, model: identityModel(type, ['N', 2]) })),
  ...Object.entries(SHAPES).map(([name, shape]) => ({ name, model: identityModel('float32', shape) })),
];

let registry: TensorRegistry;
beforeAll(() => {
  registry = createTensorRegistry(Object.fromEntries(MODELS.map(({ name, model }) => [name, model])));
});
afterAll(() => registry.remove());

describe.each(MODELS.map(({ name }) => name))('a model of tensors (%s)', (name) => {
  test('is described by its file, and the examples are answered 200 as described', async () => {
    const service = openTestApp({ MODEL_REGISTRY: registry.root, MODEL_NAME: name });
    const document = json(await service.request({ path: '/openapi.json' })) as unknown as OpenApiDocument;
    const api = openDescribedApi(document);

    const answers = await Promise.all(api.requests.map((request) => askExample(service, api, request)));

    expect(answers.length).toBeGreaterThan(2);
    expect(answers.filter((answer) => answer !== undefined)).toEqual([]);
    expect(api.misfittingExamples()).toEqual([]);
  });
});

/** What is wrong with the answer to an example; undefined where nothing is. */
async function askExample(
  service: ReturnType<typeof openTestApp>,
  api: DescribedApi,
  { described, type, name, body }: DescribedApi['requests'][number],
): Promise<unknown> {
  const { method, filledPath: path } = described;
  const answer = await service.request({ method, path, headers: { 'content-type': type }, body });
  const misfits = api.misfits(described, answer);
  return answer.status === 200 && misfits.length === 0
    ? undefined
    : { path, name, body, answer: String(answer.body), misfits };
}
