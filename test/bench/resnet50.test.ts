import { createResnet50, RESNET50_TENSORS } from '../../bench/prepare/resnet50';
import { encodeModel } from '../../shared/onnx/encode';
import type { OnnxModel } from '../../shared/onnx/model';
import { createSession } from '../../shared/runtime/session';

const model = createResnet50();
const nodesOf = (operator: string) => model.nodes.filter((node) => node.operator === operator);

describe('createResnet50()', () => {
  test('has the parameters of torchvision, without those that folding a batch normalisation saves', () => {
    const lengths = Object.values(model.initializers ?? {}).map(({ data }) => data.length);

    // torchvision documents 25 557 032; of the 2 x 26 560 of the normalisations only the biases are left.
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(25_557_032 - 26_560);
  });

  test.each([
    ['Conv', 53],
    ['Relu', 49],
    ['Add', 16],
    ['MaxPool', 1],
    ['GlobalAveragePool', 1],
    ['Gemm', 1],
  ])('has as many nodes %s as the file that PyTorch exports: %i', (operator, count) => {
    expect(nodesOf(operator)).toHaveLength(count);
  });

  test('strides in the 3x3 convolutions and the shortcuts, as v1.5 does', () => {
    const striding = nodesOf('Conv').filter(
      ({ attributes }) => String(attributes?.['strides']?.value) === '2,2',
    );

    expect(striding.map(({ outputs }) => outputs[0])).toEqual([
      'conv1',
      'layer2.0.conv2',
      'layer2.0.downsample',
      'layer3.0.conv2',
      'layer3.0.downsample',
      'layer4.0.conv2',
      'layer4.0.downsample',
    ]);
  });

  test('gives equal weights for equal seeds, and others for others', () => {
    const before = bytesOf(model);

    expect(bytesOf(createResnet50()).equals(before)).toBe(true);
    expect(bytesOf(createResnet50(7)).equals(before)).toBe(false);
  });

  test('answers several images with finite scores that differ', async () => {
    const session = await createSession(encodeModel(model), { threads: 2 });
    const data = Float32Array.from(
      { length: 2 * 3 * 224 * 224 },
      (_, index) => ((index * 7919) % 1000) / 250 - 2,
    );

    const outputs = await session.run({
      [RESNET50_TENSORS.input]: { type: 'float32', dims: [2, 3, 224, 224], data },
    });

    const logits = outputs[RESNET50_TENSORS.logits];
    const values = Array.from(logits?.data ?? [], Number);
    expect(logits?.dims).toEqual([2, 1000]);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(1900);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(100);
    await session.release();
  });
});

/** The weights of the last layer: they depend on all random numbers before them. */
function bytesOf({ initializers }: OnnxModel): Buffer {
  const weights = initializers?.['fc.weight'];
  if (weights?.type !== 'float32') throw new Error('expected weights of the last layer');
  return Buffer.from(weights.data.buffer);
}
