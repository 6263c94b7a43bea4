import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { ImageManifest, TensorManifest } from '../../shared/core/manifest';
import type { Signature } from '../../shared/core/signature';
import { describeOpenApi, type OpenApiDocument } from '../../shared/protocol/openapi/document';
import { createIrisRegistry } from '../iris-registry';
import { openDescribedApi } from './described-api';

const registry = createIrisRegistry();
const iris = registry.manifest();
afterAll(() => registry.remove());

const VERTEX = { healthRoute: '/vertex/health', predictRoute: '/vertex/predict' };

const TENSORS: TensorManifest = {
  schema_version: 1,
  name: 'add',
  version: '2.1.0',
  artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
};

const TWO_INPUTS: Signature = {
  inputs: [
    { name: 'a', type: 'int64', shape: ['N', 2] },
    { name: 'b', type: 'string', shape: ['N', 1] },
  ],
  outputs: [{ name: 'sum', type: 'int64', shape: ['N'] }],
};

const LARGE: Signature = {
  inputs: [{ name: 'image', type: 'float32', shape: ['N', 3, 224, 224] }],
  outputs: [{ name: 'scores', type: 'float32', shape: ['N', 1000] }],
};

const IMAGES: ImageManifest = {
  ...TENSORS,
  task: 'image-classification',
  signature: LARGE,
  classes: ['cat', 'dog'],
  output: { scores: 'scores' },
  image: { input: 'image' },
};

const REGRESSION = { ...iris, task: 'regression' as const, classes: [], output: { value: 'probabilities' } };

const describeTensors = (signature: Signature) =>
  openDescribedApi(describeOpenApi({ manifest: TENSORS, signature, version: '0.0.0' }));

describe.each([
  ['a classification', describeOpenApi({ manifest: iris, signature: iris.signature, version: '0.0.0' })],
  ['a regression', describeOpenApi({ manifest: REGRESSION, signature: iris.signature, version: '0.0.0' })],
  ['a model of tensors', describeOpenApi({ manifest: TENSORS, signature: TWO_INPUTS, version: '0.0.0' })],
  ['a model of large tensors', describeOpenApi({ manifest: TENSORS, signature: LARGE, version: '0.0.0' })],
  ['a model of images', describeOpenApi({ manifest: IMAGES, signature: LARGE, version: '0.0.0' })],
  [
    'a model on Vertex AI',
    describeOpenApi({ manifest: iris, signature: iris.signature, version: '0.0.0', vertex: VERTEX }),
  ],
])('the description of %s', (_name, document) => {
  test('is OpenAPI 3.1 in which a linter finds no fault', async () => {
    expect(await lint(document)).toEqual([]);
  });

  test('has examples that fit their schemas', () => {
    expect(openDescribedApi(document).misfittingExamples()).toEqual([]);
  });

  test('has a form for the errors of statuses that an operation does not name', () => {
    const without = openDescribedApi(document).operations.filter(
      ({ operation }) => operation.responses['default'] === undefined,
    );

    expect(without).toEqual([]);
  });

  test('stays below 85 KB', () => {
    expect(JSON.stringify(document).length).toBeLessThan(85_000);
  });
});

async function lint(document: OpenApiDocument): Promise<unknown[]> {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // Requests may have members that are not described, as those of BigQuery have.
      'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
      // What a GET may be refused with is its default answer.
      'operation-4xx-response': 'off',
      'operation-operationId': 'error',
      'operation-operationId-unique': 'error',
      'tag-description': 'error',
      'no-unused-components': 'error',
    },
  });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]);
}

describe('a model of tensors', () => {
  test('is asked in the words of the other protocols only', () => {
    const api = describeTensors(TWO_INPUTS);
    const examples = api.requests.filter(({ described }) => described.path === '/predict');

    expect(examples.map(({ name }) => name)).toEqual(['vertex', 'tfs', 'oip']);
    expect(api.document.components.schemas['FeaturesByName']).toBeUndefined();
  });

  test('shows zeros of its tensors as the example', () => {
    const example = describeTensors(TWO_INPUTS).requests.find(
      ({ described, name }) => described.operation.operationId === 'oipInfer' && name === 'oip',
    );

    expect(JSON.parse(example?.body ?? '')).toEqual({
      id: '42',
      inputs: [
        { name: 'a', shape: [1, 2], datatype: 'INT64', data: [0, 0] },
        { name: 'b', shape: [1, 1], datatype: 'BYTES', data: [''] },
      ],
    });
  });

  test('shows no example of tensors that are large', () => {
    const paths = describeTensors(LARGE).requests.map(({ described }) => described.path);

    expect(paths).toEqual(['/v2/repository/index', '/v2/repository/index']);
  });
});
