import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import { createTensorRegistry, DATA_TYPES, identityModel, type TensorRegistry } from '../tensor-models';
import { json, openTestApp, type TestApp, type TestResponse } from '../test-app';
import document from './open-inference-rest.json';

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ ...document, $id: 'document' });

type SchemaName = keyof typeof document.components.schemas;

function schema(name: SchemaName): ValidateFunction {
  return ajv.getSchema(`document#/components/schemas/${name}`) as ValidateFunction;
}

/** What is wrong with a value in the words of the document; nothing for one that is right. */
function defects(name: SchemaName, value: unknown): readonly string[] {
  const validate = schema(name);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const ROWS = [5.1, 3.5, 1.4, 0.2, 6.2, 3.4, 5.4, 2.3];
const X = { name: 'X', shape: [2, 4], datatype: 'FP32', data: ROWS };

/** The operations of the document, each with the schemas of its answers, if it has any. */
const OPERATIONS = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => method !== 'parameters')
    .map(([method, operation]): [string, string, Operation] => [
      method.toUpperCase(),
      path,
      operation as Operation,
    ]),
);

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Content {
  readonly 'application/json': { readonly schema: { readonly $ref: string } };
}

function answerSchema({ responses }: Operation, status: string): SchemaName | undefined {
  const reference = responses[status]?.content?.['application/json'].schema.$ref;
  return reference?.replace('#/components/schemas/', '') as SchemaName | undefined;
}

const fill = (path: string, model: string) =>
  path.replace('{MODEL_NAME}', model).replace('{MODEL_VERSION}', '1.0.0');

const app = openTestApp();

const infer = (body: unknown, on: TestApp = app, model = 'iris'): Promise<TestResponse> =>
  on.request({ method: 'POST', path: `/v2/models/${model}/infer`, body: JSON.stringify(body) });

describe("the protocol's own document", () => {
  test.each(OPERATIONS)('%s %s is answered as it says', async (method, path, operation) => {
    const body = method === 'POST' ? JSON.stringify({ inputs: [X] }) : '';

    const answer = await app.request({ method, path: fill(path, 'iris'), body });

    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/json',
    });
    const name = answerSchema(operation, '200');
    expect(name === undefined ? [] : defects(name, json(answer))).toEqual([]);
  });

  test.each(OPERATIONS.filter(([, path]) => path.includes('{MODEL_NAME}')))(
    '%s %s of an unknown model is answered with an error of its shape',
    async (method, path, operation) => {
      const body = method === 'POST' ? JSON.stringify({ inputs: [X] }) : '';

      const answer = await app.request({ method, path: fill(path, 'nope'), body });

      expect(answer.status).toBe(404);
      expect(defects(answerSchema(operation, '400') ?? 'inference_error_response', json(answer))).toEqual([]);
    },
  );

  test.each<[string, object]>([
    ['flat data', { inputs: [X] }],
    ['nested data', { inputs: [{ ...X, data: [ROWS.slice(0, 4), ROWS.slice(4)] }] }],
    ['an id', { id: '42', inputs: [X] }],
    ['parameters', { parameters: { origin: 'a test' }, inputs: [{ ...X, parameters: { scale: 0.5 } }] }],
    ['outputs', { inputs: [X], outputs: [{ name: 'label', parameters: {} }] }],
    ['members that it does not know', { model_name: 'iris', inputs: [X] }],
  ])('a request with %s is right by it, and is taken', async (_what, request) => {
    const answer = await infer(request);

    expect(defects('inference_request', request)).toEqual([]);
    expect(answer.status).toBe(200);
    expect(defects('inference_response', json(answer))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['no inputs', {}],
    ['inputs that are no list', { inputs: X }],
    ['an input that is no object', { inputs: ['X'] }],
    ['an input without a name', { inputs: [{ ...X, name: undefined }] }],
    ['an input without a shape', { inputs: [{ ...X, shape: undefined }] }],
    ['an input without a datatype', { inputs: [{ ...X, datatype: undefined }] }],
    ['an input without data', { inputs: [{ ...X, data: undefined }] }],
    ['a shape of fractions', { inputs: [{ ...X, shape: [2, 4.5] }] }],
    ['a datatype that is a number', { inputs: [{ ...X, datatype: 32 }] }],
    ['data of objects', { inputs: [{ ...X, data: [{}, ...ROWS.slice(1)] }] }],
    ['an id that is a number', { id: 42, inputs: [X] }],
    ['parameters that are a list', { parameters: [], inputs: [X] }],
    ['outputs that are names', { inputs: [X], outputs: ['label'] }],
    ['an output without a name', { inputs: [X], outputs: [{}] }],
    ['another value than an object', [X]],
  ])('a request with %s is wrong by it, and is refused', async (_what, request) => {
    const plain: unknown = JSON.parse(JSON.stringify(request));

    const answer = await infer(plain);

    expect(defects('inference_request', plain)).not.toEqual([]);
    expect(answer.status).toBe(400);
    expect(defects('inference_error_response', json(answer))).toEqual([]);
  });

  test('a request and an answer with bytes after the JSON are right by it, as corrected', async () => {
    const { data, ...rest } = X;
    const request = {
      parameters: { binary_data_output: true },
      inputs: [{ ...rest, parameters: { binary_data_size: 32 } }],
    };
    const head = Buffer.from(JSON.stringify(request));

    const answer = await app.request({
      method: 'POST',
      path: '/v2/models/iris/infer',
      headers: { 'inference-header-content-length': String(head.length) },
      body: Buffer.concat([head, Buffer.from(new Float32Array(data).buffer)]),
    });

    const length = Number(answer.headers['inference-header-content-length']);
    const answered: unknown = JSON.parse(Buffer.from(answer.body).subarray(0, length).toString());
    expect(defects('inference_request', request)).toEqual([]);
    expect(defects('inference_response', answered)).toEqual([]);
    expect(answered).toMatchObject({ outputs: [{ parameters: { binary_data_size: 16 } }, {}] });
  });
});

describe("the protocol's own document, of every datatype", () => {
  let registry: TensorRegistry;
  let tensors: TestApp;
  beforeAll(() => {
    const models = DATA_TYPES.map((type): [string, Uint8Array] => [type, identityModel(type, ['N', 2])]);
    registry = createTensorRegistry(Object.fromEntries(models));
    tensors = openTestApp({ MODEL_REGISTRY: registry.root, MODEL_NAME: 'float32' });
  });
  afterAll(() => registry.remove());

  test.each(DATA_TYPES)('%s is described and answered as it says', async (type) => {
    const described = json(await tensors.request({ path: `/v2/models/${type}` }));
    const [input] = described['inputs'] as readonly { readonly datatype: string }[];
    const data = type === 'string' ? ['a', 'b'] : [0, 1];

    const answer = await infer(
      { inputs: [{ name: 'x', shape: [1, 2], datatype: input?.datatype, data }] },
      tensors,
      type,
    );

    expect(defects('metadata_model_response', described)).toEqual([]);
    expect(answer.status).toBe(200);
    expect(defects('inference_response', json(answer))).toEqual([]);
  });
});
