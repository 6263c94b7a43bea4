import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeResnet50 } from '../../bench/prepare/resnet50';
import { describeImageModel, parseLabels } from '../../cli/image-version';
import type { TensorSpec } from '../../shared/core/signature';
import { encodeModel } from '../../shared/onnx/encode';
import type { Node } from '../../shared/onnx/model';
import { sha256 } from '../../training/manifest';
import { runCli } from './run-cli';

const root = join(__dirname, '../..');
const LABELS = join(root, 'training/data/imagenet-labels.txt');

describe('image-model', () => {
  let folder: string;
  let model: string;
  let bytes: Uint8Array;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-model-'));
    model = join(folder, 'resnet50.onnx');
    await writeResnet50(model);
    bytes = await readFile(model);
  });

  afterAll(() => rm(folder, { recursive: true }));

  const run = (...args: string[]) => runCli(['image-model', ...args]);

  const runFor = (registry: string, ...args: string[]) =>
    run(
      model,
      '--name',
      'resnet50',
      '--version',
      '1.0.0',
      '--labels',
      LABELS,
      '--registry',
      registry,
      ...args,
    );

  test('makes a version of ResNet50 that prepares images as torchvision does', async () => {
    const registry = join(folder, 'made');

    const { stdout } = await runFor(registry);

    expect(stdout).toContain(
      'resnet50 1.0.0: 1000 classes, images as "input" (nchw)\n  "logits" gives logits',
    );
    const { classes, ...manifest } = JSON.parse(
      await readFile(join(registry, 'resnet50/1.0.0/manifest.json'), 'utf8'),
    ) as { classes: string[] };
    expect(manifest).toEqual({
      schema_version: 1,
      name: 'resnet50',
      version: '1.0.0',
      task: 'image-classification',
      artifact: { file: 'model.onnx', bytes: 102_140_146, sha256: sha256(bytes) },
      signature: {
        inputs: [{ name: 'input', type: 'float32', shape: ['N', 3, 224, 224] }],
        outputs: [{ name: 'logits', type: 'float32', shape: ['N', 1000] }],
      },
      image: {
        input: 'input',
        resize: { shorter_side: 256 },
        crop: { width: 224, height: 224 },
        interpolation: 'bilinear',
        channels: 'rgb',
        scale: 1 / 255,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        layout: 'nchw',
        softmax: true,
      },
      output: { scores: 'logits' },
      top_k: 5,
    });
    expect([classes[0], classes[1], classes[999]]).toEqual(['tench', 'goldfish', 'toilet tissue']);
    expect((await readFile(join(registry, 'resnet50/1.0.0/model.onnx'))).equals(bytes)).toBe(true);
  });

  test('leaves a version alone that is there already', async () => {
    const registry = join(folder, 'twice');
    await runFor(registry);
    const before = await readFile(join(registry, 'resnet50/1.0.0/manifest.json'));

    const again = runFor(registry, '--recipe', 'imagenet-v2');

    expect(await again).toMatchObject({
      code: 64,
      stderr: 'resnet50/1.0.0 is there already, and a version never changes: give another --version\n',
    });
    expect((await readFile(join(registry, 'resnet50/1.0.0/manifest.json'))).equals(before)).toBe(true);
  });

  test.each([
    [
      'no labels',
      ['model.onnx', '--name', 'a', '--version', '1.0.0'],
      "required option '--labels <file>' not specified",
    ],
    [
      'a name that is no name',
      ['model.onnx', '--name', '../a', '--version', '1.0.0', '--labels', LABELS],
      'expected the name of a model, of small letters, digits, ".", "_" and "-", got "../a"',
    ],
    [
      'a version that is none',
      ['model.onnx', '--name', 'a', '--version', '1', '--labels', LABELS],
      'expected a version like 1.0.0, got "1"',
    ],
  ])('says what it wants when there is %s', async (_, args, message) => {
    expect(await run(...args)).toMatchObject({ code: 64, stderr: expect.stringContaining(message) });
  });
});

describe('describeImageModel()', () => {
  const options = { name: 'small', version: '1.0.0', classes: ['a', 'b', 'c'], recipe: 'imagenet' };
  const describeModel = (model: Uint8Array, changes: Partial<typeof options> = {}) =>
    describeImageModel(model, { ...options, ...changes });

  test.each([
    ['channels first', ['N', 3, 224, 224], 'nchw'],
    ['channels last', ['N', 224, 224, 3], 'nhwc'],
    ['any height and width', ['N', 3, 'height', 'width'], 'nchw'],
  ])('finds out that images go in with %s', async (_, shape, layout) => {
    const { image, signature } = await describeModel(classifier({ shape }));

    expect(image).toMatchObject({ input: 'pixels', layout, softmax: true });
    expect(signature.inputs).toEqual([{ name: 'pixels', type: 'float32', shape }]);
  });

  test('finds out that the scores are probabilities already', async () => {
    const { image } = await describeModel(classifier({ end: 'Softmax' }));

    expect(image.softmax).toBe(false);
  });

  test('knows the size to which images are resized for the second weights of torchvision', async () => {
    const { image } = await describeModel(classifier(), { recipe: 'imagenet-v2' });

    expect(image).toMatchObject({ resize: { shorter_side: 232 }, crop: { width: 224, height: 224 } });
  });

  test.each([
    [
      'a fixed batch',
      classifier({ shape: [1, 3, 224, 224] }),
      `input "pixels" float32[1,3,224,224]: the first dimension is fixed at 1, so that several images cannot share a run; export it with dynamic_axes={'pixels': {0: 'N'}}`,
    ],
    [
      'another size of image',
      classifier({ shape: ['N', 3, 299, 299] }),
      'input "pixels" float32[N,3,299,299]: the recipe makes float32[N,3,224,224] or float32[N,224,224,3]',
    ],
    [
      'one channel',
      classifier({ shape: ['N', 1, 224, 224] }),
      'input "pixels" float32[N,1,224,224]: the recipe makes float32[N,3,224,224] or float32[N,224,224,3]',
    ],
    [
      'rows instead of images',
      classifier({ shape: ['N', 3] }),
      'input "pixels" float32[N,3]: expected float32 of four dimensions',
    ],
    [
      'another number of classes',
      classifier({ classes: 4 }),
      'expected one output float32[N,3], a score for each label; the file has "scores" float32[N,4]',
    ],
    ['a score that is no number', classifier({ end: 'Log' }), 'output "scores": expected finite scores'],
    ['no ONNX in it', Buffer.from('not a model'), 'ONNX Runtime cannot load the file: '],
  ])('refuses a file with %s', async (_, model, message) => {
    await expect(describeModel(model)).rejects.toThrow(message);
  });

  test('refuses a recipe that it does not know', async () => {
    await expect(describeModel(classifier(), { recipe: 'toString' })).rejects.toThrow(
      'recipe: expected one of imagenet, imagenet-v2, got "toString"',
    );
  });
});

describe('parseLabels()', () => {
  test('reads one class per line', () => {
    expect(parseLabels('tench\r\ngreat white shark \n')).toEqual(['tench', 'great white shark']);
  });

  test.each([
    ['is empty', 'a\n\nb\n', 'labels, line 2: expected the name of a class, got nothing'],
    ['repeats another', 'a\nb\na\n', 'labels, line 3: "a" is on line 1 already'],
  ])('names the line that %s', (_, text, message) => {
    expect(() => parseLabels(text)).toThrow(message);
  });
});

interface ClassifierOptions {
  readonly shape?: TensorSpec['shape'];
  readonly classes?: number;
  /** What is done to the scores last. */
  readonly end?: 'Identity' | 'Softmax' | 'Log';
}

/** Scores an image by the means of its three channels. */
function classifier({
  shape = ['N', 3, 224, 224],
  classes = 3,
  end = 'Identity',
}: ClassifierOptions = {}): Uint8Array {
  const axes = shape.length < 4 ? [] : shape[3] === 3 ? [1, 2] : [2, 3];
  const channels = shape[1] === 1 ? 1 : 3;
  const mean: Node = {
    operator: 'ReduceMean',
    inputs: ['pixels'],
    outputs: ['means'],
    attributes: { axes: { type: 'INTS', value: axes }, keepdims: { type: 'INT', value: 0 } },
  };
  return encodeModel({
    name: 'classifier',
    producer: 'test',
    operatorSets: { '': 17 },
    signature: {
      inputs: [{ name: 'pixels', type: 'float32', shape }],
      outputs: [{ name: 'scores', type: 'float32', shape: [shape[0] ?? 'N', classes] }],
    },
    nodes: [
      axes.length > 0 ? mean : { operator: 'Identity', inputs: ['pixels'], outputs: ['means'] },
      { operator: 'Gemm', inputs: ['means', 'weights'], outputs: ['raw'] },
      { operator: end, inputs: ['raw'], outputs: ['scores'] },
    ],
    initializers: {
      weights: {
        type: 'float32',
        dims: [channels, classes],
        data: new Float32Array(channels * classes).fill(1),
      },
    },
  });
}
