import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../shared/core/manifest-text';

const IRIS = readFileSync(join(__dirname, '../../model-artifacts/iris/1.0.0/manifest.json'), 'utf8');

/** The iris manifest with one place changed; `undefined` removes it. */
function changed(path: string, value: unknown): string {
  const manifest = JSON.parse(IRIS) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>(
    (at, key) => at[key] as Record<string, unknown>,
    manifest,
  );
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(manifest);
}

const feature = (changes: Record<string, unknown>) => ({ name: 'sepal_length', example: 5.1, ...changes });

describe('parseManifest()', () => {
  test('accepts the embedded model', () => {
    expect(parseManifest(IRIS)).toEqual(JSON.parse(IRIS));
  });

  test('accepts a model that was taken from MLflow', () => {
    const source = {
      mlflow: { run_id: 'a', model: 'b', version: '1', tracking_uri: 'http://localhost:5000' },
    };

    expect(parseManifest(changed('source', source))).toMatchObject({ source });
  });

  test.each<[what: string, path: string, value: unknown, message: string]>([
    ['another schema version', 'schema_version', 2, '/schema_version: expected 1, got the number 2'],
    ['no name', 'name', undefined, '/: expected a member "name", which is missing'],
    ['a name with a path in it', 'name', '../iris', '/name: expected a string that matches'],
    ['a version that is not semantic', 'version', 'v1', '/version: expected a string that matches'],
    [
      'an unknown task',
      'task',
      'clustering',
      '/task: expected one of classification, regression, image-classification, got the string "clustering"',
    ],
    ['an unknown member', 'nmae', 'x', '/nmae: this member is not known here'],
    [
      'an artifact outside its folder',
      'artifact.file',
      '../model.onnx',
      '/artifact/file: expected a string that matches',
    ],
    [
      'a size that is text',
      'artifact.bytes',
      '336',
      '/artifact/bytes: expected integer, got the string "336"',
    ],
    [
      'a password in the address of a tracking server',
      'source',
      { mlflow: { tracking_uri: 'https://me:secret@example.com' } },
      '/source/mlflow/tracking_uri: expected a string that matches',
    ],
    ['a short hash', 'artifact.sha256', 'abc', '/artifact/sha256: expected a string that matches'],
    [
      'an unknown datatype',
      'signature.inputs.0.type',
      'bfloat16',
      '/signature/inputs/0/type: expected one of float16, float32',
    ],
    [
      'a fixed batch axis',
      'signature.inputs.0.shape',
      [1, 4],
      '/signature/inputs/0/shape: expected a name for the first dimension (the number of rows), got [1, 4]',
    ],
    [
      'fewer columns than features',
      'signature.inputs.0.shape',
      ['N', 3],
      '/features: expected as many as input "X" float32[N,3] has columns, got 4',
    ],
    ['no features', 'features', [], '/features: must NOT have fewer than 1 items'],
    [
      'a feature without an example',
      'features.0',
      { name: 'sepal_length' },
      '/features/0: expected a member "example"',
    ],
    [
      'an example of another type',
      'features.0',
      feature({ example: 'long' }),
      '/features/0/example: expected a number for a float32 input, got a string',
    ],
    [
      'a feature with a reserved name',
      'features.0',
      feature({ name: 'instances' }),
      '/features/0/name: "instances" is reserved for requests',
    ],
    ['a feature that stands twice', 'features.1', feature({}), '/features/1: "sepal_length" is named twice'],
    [
      'a range the wrong way round',
      'features.0',
      feature({ range: [7, 4] }),
      '/features/0/range: expected the smaller value first, got [7, 4]',
    ],
    ['no classes', 'classes', undefined, '/classes: expected the class names of a classification'],
    [
      'fewer classes than scores',
      'classes',
      ['a', 'b'],
      '/classes: expected 3, the width of output "probabilities", got 2',
    ],
    ['a class that stands twice', 'classes', ['a', 'b', 'a'], '/classes/2: "a" is named twice'],
    [
      'an output that is not there',
      'output.label',
      'lable',
      '/output/label: expected one of label, probabilities, got "lable"',
    ],
    [
      'a classification without scores',
      'output',
      { label: 'label' },
      '/output: expected "probabilities" to name an output of a classification',
    ],
    [
      'a regression without a value',
      'task',
      'regression',
      '/output: expected "value" to name the output of a regression',
    ],
    [
      'values of another number of labels than there are classes',
      'output.label_values',
      [10, 20],
      '/output/label_values: expected 3, one for each class, got 2',
    ],
    [
      'values of labels that are twice the same',
      'output.label_values',
      [10, 20, 10],
      '/output/label_values/2: "10" is named twice',
    ],
    [
      'values of labels without an output of labels',
      'output',
      { probabilities: 'probabilities', label_values: [1, 2, 3] },
      '/output/label_values: expected a member "label" beside it',
    ],
    [
      'columns of several inputs that are no features',
      'signature.inputs',
      [
        { name: 'sepals', type: 'float32', shape: ['N', 2] },
        { name: 'petals', type: 'float32', shape: ['N', 3] },
      ],
      '/features: expected as many as the inputs have columns ("sepals" float32[N,2], "petals" float32[N,3]), got 4',
    ],
    [
      'a baseline of an unknown feature',
      'baseline.features.x',
      { mean: 0, std: 1, min: 0, max: 1 },
      '/baseline/features/x: there is no feature "x"',
    ],
    [
      'a baseline without moments',
      'baseline.features.sepal_width',
      { mean: 0, std: 1 },
      '/baseline/features/sepal_width: expected "categories", or min, max, which is missing',
    ],
    [
      'bins that are not in order',
      'baseline.features.sepal_width.bins',
      { edges: [2, 1], counts: [1, 1, 1] },
      '/baseline/features/sepal_width/bins/edges: expected each edge above the one before',
    ],
    [
      'fewer counts than bins',
      'baseline.predictions.confidence.bins',
      { edges: [0.5, 1], counts: [1, 1] },
      '/baseline/predictions/confidence/bins/counts: expected 3, one more than there are edges, got 2',
    ],
    [
      'predictions of an unknown class',
      'baseline.predictions.classes.tulip',
      1,
      '/baseline/predictions/classes/tulip: there is no class "tulip"',
    ],
  ])('refuses %s', (_what, path, value, message) => {
    const attempt = () => parseManifest(changed(path, value));

    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid-manifest' }));
    expect(attempt).toThrow(message);
  });

  test('refuses what is not JSON', () => {
    expect(() => parseManifest('<html>')).toThrow('the manifest is not JSON');
  });

  test('names every mistake at once', () => {
    const text = changed('version', 'v1').replace('"classification"', '"x"');

    expect(() => parseManifest(text)).toThrow(/\/version: .*; \/task: /);
  });

  test('checks with code that is compiled from manifest.schema.json as it is now', () => {
    const root = join(__dirname, '../..');
    const committed = readFileSync(join(root, 'shared/core/manifest-validator.generated.js'), 'utf8');

    const compiled = execFileSync(process.execPath, ['build/generate.mjs', '--print'], {
      cwd: root,
      encoding: 'utf8',
    });

    expect(committed).toBe(compiled);
  });
});
