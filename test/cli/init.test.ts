import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TabularManifest } from '../../shared/core/manifest';
import { decodeModel } from '../../shared/onnx/decode';
import { editGraph, replaceFields } from '../../shared/onnx/edit';
import type { Finding } from '../../shared/onnx/finding';
import { TENSOR } from '../../shared/onnx/format';
import { bytesField, bytesOf, integerField, readMessage, writeMessage } from '../../shared/onnx/wire';
import {
  CENTRED,
  classifier,
  codedModel,
  encode,
  RESHAPED,
  regressor,
  textModel,
  zipMapModel,
} from '../onnx/models';
import { json, openTestApp, predictRequest } from '../test-app';
import { runCli } from './run-cli';

interface Printed {
  readonly findings: readonly Finding[];
  readonly manifest: TabularManifest;
  readonly wrote: readonly string[];
}

describe('init', () => {
  let folder: string;
  let registry: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'init-'));
    registry = join(folder, 'registry');
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function init(model: Uint8Array | string, ...args: readonly string[]) {
    const path = join(folder, 'My Model.onnx');
    await writeFile(path, model);
    return runCli(['init', path, '--registry', registry, ...args]);
  }

  async function initJson(
    model: Uint8Array | string,
    ...args: readonly string[]
  ): Promise<Printed & { code: number }> {
    const { code, stdout } = await init(model, ...args, '--json');
    return { ...(JSON.parse(stdout) as Printed), code };
  }

  test('makes a version of a default export that answers with its labels', async () => {
    const { code, stdout, stderr } = await init(zipMapModel());

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      'repaired  zip-map, output "probabilities": a list of dictionaries becomes a tensor of 3 scores',
    );
    expect(stdout).toContain('my-model 1.0.0: a classification of red, green, blue by feature_0, feature_1');
    const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: 'my-model' });
    const answer = json(await request(predictRequest({ features: [1, 2] })));
    expect(answer).toMatchObject({ prediction: 1, prediction_label: 'green' });
    const verified = await runCli(['verify', 'my-model/1.0.0', '--registry', registry]);
    expect(verified.code).toBe(0);
  });

  test('keeps labels that are numbers apart from the places of the classes', async () => {
    const { manifest } = await initJson(codedModel());

    expect(manifest.classes).toEqual(['10', '20', '-5']);
    expect(manifest.output.label_values).toEqual([10, 20, -5]);
    const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: 'my-model' });
    const answer = json(await request(predictRequest({ features: [-3, -4] })));
    expect(answer).toMatchObject({ prediction: 2, prediction_label: '-5' });
  });

  test('takes names of classes and columns that the file does not say', async () => {
    const { manifest } = await initJson(
      codedModel(),
      '--labels',
      'low, high,none',
      '--features',
      'height,width',
    );

    expect(manifest.classes).toEqual(['low', 'high', 'none']);
    expect(manifest.output.label_values).toEqual([10, 20, -5]);
    expect(manifest.features).toEqual([
      { name: 'height', example: 0 },
      { name: 'width', example: 0 },
    ]);
  });

  test('says which class got which label, and what the file calls it', async () => {
    const named = await init(codedModel(), '--labels', 'low,high,none', '--dry-run');
    const own = await init(zipMapModel(), '--dry-run');
    const numbered = await init(codedModel(), '--labels', '0,1,2', '--dry-run');

    expect(named.stdout).toContain(
      'classes: 0 is low (10 in the file), 1 is high (20 in the file), 2 is none (-5 in the file)\n',
    );
    expect(own.stdout).toContain('classes: 0 is red, 1 is green, 2 is blue\n');
    expect(numbered.stdout).toContain('classes: 0 is 0 (10 in the file), ');
  });

  test('takes names, ranges, examples and the baseline from data', async () => {
    const csv = join(folder, 'data.csv');
    await writeFile(csv, 'height,colour,width\n1,red,5\n2,blue,\n3,blue,7\n');

    const { manifest } = await initJson(zipMapModel(), '--csv', csv, '--target', 'colour');

    expect(manifest.features).toEqual([
      { name: 'height', range: [1, 3], example: 1 },
      { name: 'width', range: [5, 7], nullable: true, example: 5 },
    ]);
    expect(manifest.baseline).toMatchObject({
      rows: 3,
      features: { height: { mean: 2, min: 1, max: 3 } },
      classes: { red: 0.333333333, green: 0, blue: 0.666666667 },
    });
  });

  test('counts the texts of data, for drift to compare with', async () => {
    const csv = join(folder, 'data.csv');
    const ids = ['a', 'b', 'c', 'd'];
    await writeFile(
      csv,
      `plan,id\n${ids.map((id, row) => `${row === 0 ? 'pro' : 'basic'},${id}`).join('\n')}\n`,
    );

    const { manifest } = await initJson(textModel(), '--csv', csv, '--task', 'regression');

    expect(manifest.features[0]).toEqual({ name: 'plan', categories: ['basic', 'pro'], example: 'pro' });
    expect(manifest.baseline).toEqual({ rows: 4, features: { plan: { categories: { basic: 3, pro: 1 } } } });
  });

  test('says that classes have no other names than their numbers', async () => {
    const { stdout } = await init(codedModel([0, 1, 2]), '--dry-run');

    expect(stdout).toContain('classes: 0, 1, 2 (--labels gives them names)\n');
  });

  test('does not know data that is not there', async () => {
    const csv = join(folder, 'nope.csv');

    const { code, stderr } = await init(zipMapModel(), '--csv', csv);

    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: `--csv: expected a file, got "${csv}", which is not there\n`,
    });
  });

  test('does not know a target that the data does not have', async () => {
    const csv = join(folder, 'data.csv');
    await writeFile(csv, 'height,width\n1,2\n');

    const { code, stderr } = await init(zipMapModel(), '--csv', csv, '--target', 'nope');

    expect(stderr).toContain('--target: there is no column "nope" in');
    expect(code).toBe(64);
  });

  test('says which version answers where it is not the new one', async () => {
    const first = await init(zipMapModel());
    const second = await init(zipMapModel());

    expect(first.stdout).not.toContain('answers:');
    expect(second.stdout.trimEnd().split('\n').at(-1)).toBe(
      `1.0.0 is still the one that answers: \`npx onnx-functions promote my-model/1.1.0 --registry ${registry}\` changes that`,
    );
  });

  test('makes a regression of one number for each row', async () => {
    const { manifest, findings } = await initJson(regressor());

    expect(findings).toEqual([]);
    expect(manifest).toMatchObject({ task: 'regression', output: { value: 'y' } });
  });

  test('frees a fixed number of rows where each is answered as alone', async () => {
    const { manifest, findings } = await initJson(regressor(1));

    expect(findings).toMatchObject([{ code: 'fixed-batch', repaired: true }]);
    const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: manifest.name });
    const body = JSON.stringify({
      instances: [
        [1, 2],
        [3, 4],
      ],
    });
    const headers = { 'content-type': 'application/json' };
    const answer = json(await request({ method: 'POST', path: '/predict/batch', headers, body }));
    expect(answer['predictions']).toEqual([{ prediction: 8 }, { prediction: 18 }]);
  });

  test.each([
    ['more rows do not fit', RESHAPED, 'more rows fail:'],
    ['rows influence each other', CENTRED, 'several rows are not answered as each alone'],
  ])('refuses a fixed number of rows where %s', async (_, nodes, detail) => {
    const { code, findings, wrote } = await initJson(regressor(1, nodes));

    expect([code, wrote]).toEqual([1, []]);
    expect(findings).toMatchObject([
      { code: 'fixed-batch', repaired: false, detail: expect.stringContaining(detail) },
    ]);
  });

  test('keeps a fixed number of rows for who wants tensors', async () => {
    const { code, manifest } = await initJson(regressor(1, RESHAPED), '--task', 'tensors');

    expect(code).toBe(0);
    expect(manifest.task).toBeUndefined();
    expect(manifest.signature.inputs).toEqual([{ name: 'X', type: 'float32', shape: [1, 2] }]);
  });

  test('runs calls apart where rows influence each other', async () => {
    const { findings, manifest } = await initJson(regressor('N', CENTRED));

    expect(findings).toMatchObject([{ code: 'rows-not-independent', severity: 'warning' }]);
    expect(manifest).toMatchObject({ batching: { max_batch_size: 1 } });
  });

  test('says what it would write, and writes nothing', async () => {
    const { code, wrote, manifest } = await initJson(zipMapModel(), '--dry-run');

    expect([code, wrote]).toEqual([0, []]);
    expect(manifest.name).toBe('my-model');
    await expect(readFile(join(registry, 'my-model/1.0.0/manifest.json'))).rejects.toThrow('ENOENT');
  });

  test('takes the next minor version, and never writes over one', async () => {
    await init(zipMapModel(), '--name', 'colours', '--version', '2.3.1');

    const next = await initJson(zipMapModel(), '--name', 'colours');
    const again = await init(zipMapModel(), '--name', 'colours', '--version', '2.3.1');

    expect(next.manifest.version).toBe('2.4.0');
    expect(again).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('colours/2.3.1 is there already'),
    });
  });

  test.each<[what: string, args: readonly string[], message: string]>([
    ['a name that is none', ['--name', '../x'], 'expected the name of a model'],
    ['a task that is none', ['--task', 'ranking'], 'Allowed choices are classification, regression, tensors'],
    ['a bucket', ['--registry', 'gs://bucket'], 'make a version in a folder, then publish it'],
  ])('says what it wants when there is %s', async (_, args, message) => {
    expect(await init(zipMapModel(), ...args)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(message),
    });
  });

  test.each<[what: string, args: readonly string[], message: string]>([
    [
      'too few names of columns',
      ['--features', 'a'],
      'expected 2 names of features, one for each column, got 1',
    ],
    [
      'another number of labels',
      ['--labels', 'a,b'],
      'expected 3 labels, one for each score of "probabilities", got 2',
    ],
    ['a regression of a classifier', ['--task', 'regression'], '--task regression does not fit'],
  ])('refuses %s', async (_, args, message) => {
    const { code, findings } = await initJson(zipMapModel(), ...args);

    expect(code).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'options-do-not-fit', detail: expect.stringContaining(message) }),
    );
  });

  test.each<[what: string, model: Uint8Array | string, code: string, detail: string]>([
    ['an empty file', '', 'not-onnx', 'the file is empty: the export may have failed'],
    ['no ONNX file', '<html>', 'not-onnx', 'this is no ONNX file: the file'],
    ['a table', 'plan,size\n1,2\n', 'not-onnx', 'this is no ONNX file: the file'],
    ['half a file', zipMapModel().subarray(0, 200), 'not-onnx', 'bytes behind the end'],
    [
      'an operator of another library',
      encode({
        operatorSets: { '': 17, 'com.example': 1 },
        outputs: [],
        otherOutputs: ['y'],
        nodes: [{ operator: 'Magic', domain: 'com.example', inputs: ['X'], outputs: ['y'] }],
      }),
      'custom-operator',
      'com.example:Magic',
    ],
    [
      'an operator that there is not',
      encode({ otherOutputs: ['y'], nodes: [{ operator: 'Magic', inputs: ['X'], outputs: ['y'] }] }),
      'load-failed',
      'Magic',
    ],
    [
      'a newer operator set',
      encode({ operatorSets: { '': 999 }, nodes: [classifier()] }),
      'opset-too-new',
      'up to 26',
    ],
    ['a newer format', encode({ irVersion: 999, nodes: [classifier()] }), 'ir-too-new', 'up to 13'],
  ])('refuses %s, and says why', async (_, model, code, detail) => {
    const { code: exitCode, findings, wrote } = await initJson(model);

    expect([exitCode, wrote]).toEqual([1, []]);
    expect(findings).toContainEqual(
      expect.objectContaining({ code, repaired: false, detail: expect.stringContaining(detail) }),
    );
  });

  describe('with weights in another file', () => {
    /** The regressor with its first constant in another file. */
    function externalModel(location: string, length = '8'): Uint8Array {
      const file = decodeModel(regressor());
      const entry = (key: string, value: string) =>
        bytesField(TENSOR.external_data, [bytesField(1, key), bytesField(2, value)]);
      const [tensor] = file.graph.initializers;
      if (tensor === undefined) throw new Error('the model has no weights');
      const fields = readMessage(bytesOf(tensor.field), 'a tensor').filter(
        ({ number }) => number !== TENSOR.raw_data,
      );
      const pointer = [
        entry('location', location),
        entry('offset', '4'),
        entry('length', length),
        integerField(TENSOR.data_location, 1),
      ];
      const changed = bytesField(tensor.field.number, [...fields, ...pointer]);
      return writeMessage(
        editGraph(file, (graph) => replaceFields(graph, new Map([[tensor.field, [changed]]]))).fields,
      );
    }

    const weights = Buffer.from(Float32Array.of(9, 2, 3, 9).buffer);

    test('takes them into the file', async () => {
      await writeFile(join(folder, 'weights.bin'), weights);

      const { findings, manifest } = await initJson(externalModel('weights.bin'));

      expect(findings).toMatchObject([{ code: 'external-data', where: 'weights.bin', repaired: true }]);
      const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: manifest.name });
      expect(json(await request(predictRequest({ features: [1, 2] })))).toMatchObject({ prediction: 8 });
    });

    test.each<[what: string, location: string, length: string, detail: string]>([
      ['are not there', 'none.bin', '8', 'which is not there'],
      [
        'lie above the folder',
        '../weights.bin',
        '8',
        'expected a file beside the model, got "../weights.bin"',
      ],
      ['lie anywhere', '/etc/hostname', '8', 'expected a file beside the model, got "/etc/hostname"'],
      ['lie behind a link', 'link.bin', '8', 'expected a file beside the model, got "link.bin"'],
      ['are cut short', 'short.bin', '8', 'expected 12 bytes in "short.bin", got 6: it is cut short'],
      ['are more than the tensor has', 'short.bin', '800', 'expected 8 bytes of external data, got "800"'],
    ])('refuses weights that %s', async (_, location, length, detail) => {
      await symlink('/etc/hostname', join(folder, 'link.bin'));
      await writeFile(join(folder, 'short.bin'), weights.subarray(0, 6));

      const { code, findings } = await initJson(externalModel(location, length));

      expect(code).toBe(1);
      expect(findings).toMatchObject([
        { code: 'external-data', repaired: false, detail: expect.stringContaining(detail) },
      ]);
    });
  });
});
