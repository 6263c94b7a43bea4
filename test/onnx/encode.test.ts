import type { NamedTensors } from '../../shared/core/tensor';
import { encodeModel } from '../../shared/onnx/encode';
import type { OnnxModel } from '../../shared/onnx/model';
import { createSession } from '../../shared/runtime/session';

/** A 2x2 mean filter over a 3x3 image, flattened, then a layer of two neurons. */
const convolution: OnnxModel = {
  name: 'convolution',
  producer: 'test',
  operatorSets: { '': 17 },
  signature: {
    inputs: [{ name: 'image', type: 'float32', shape: ['N', 1, 3, 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
  },
  nodes: [
    {
      operator: 'Conv',
      inputs: ['image', 'filter', 'bias'],
      outputs: ['means'],
      attributes: { kernel_shape: { type: 'INTS', value: [2, 2] } },
    },
    { operator: 'Reshape', inputs: ['means', 'flat'], outputs: ['row'] },
    {
      operator: 'Gemm',
      inputs: ['row', 'weights'],
      outputs: ['y'],
      attributes: { alpha: { type: 'FLOAT', value: 0.5 }, transB: { type: 'INT', value: 1 } },
    },
  ],
  initializers: {
    filter: { type: 'float32', dims: [1, 1, 2, 2], data: new Float32Array(4).fill(0.25) },
    bias: { type: 'float32', dims: [1], data: Float32Array.of(1) },
    // A view into a longer buffer: only its own elements may be written.
    flat: { type: 'int64', dims: [2], data: BigInt64Array.of(9n, -1n, 4n, 9n).subarray(1, 3) },
    weights: { type: 'float32', dims: [2, 4], data: Float32Array.of(1, 0, 0, 0, 1, 1, 1, 1) },
  },
};

/** Gives three constants of three types, made in three ways. */
const constants: OnnxModel = {
  name: 'constants',
  producer: 'test',
  operatorSets: { '': 17 },
  signature: {
    inputs: [],
    outputs: [
      { name: 'words', type: 'string', shape: [2] },
      { name: 'flags', type: 'bool', shape: [3] },
      { name: 'halves', type: 'float32', shape: [2] },
      { name: 'text', type: 'string', shape: [1] },
    ],
  },
  nodes: [
    {
      operator: 'Constant',
      inputs: [],
      outputs: ['words'],
      attributes: { value_strings: { type: 'STRINGS', value: ['größer', 'als'] } },
    },
    {
      operator: 'Constant',
      inputs: [],
      outputs: ['flags'],
      attributes: {
        value: { type: 'TENSOR', value: { type: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) } },
      },
    },
    {
      operator: 'Constant',
      inputs: [],
      outputs: ['halves'],
      attributes: { value_floats: { type: 'FLOATS', value: [0.5, 1.5] } },
    },
    { operator: 'Identity', inputs: ['word'], outputs: ['text'] },
  ],
  initializers: { word: { type: 'string', dims: [1], data: ['naïve'] } },
};

describe('encodeModel()', () => {
  test('writes nodes, attributes and initializers that ONNX Runtime computes with', async () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

    const { y } = await run(convolution, { image: { type: 'float32', dims: [1, 1, 3, 3], data } });

    // Means of the four windows are 3, 4, 6, 7; plus 1; times the weights; halved.
    expect(y).toMatchObject({ dims: [1, 2], data: Float32Array.of(2, 12) });
  });

  test('writes constants of every kind of attribute', async () => {
    const outputs = await run(constants, {});

    expect(outputs['words']?.data).toEqual(['größer', 'als']);
    expect(Array.from(outputs['flags']?.data ?? [], Number)).toEqual([1, 0, 1]);
    expect(outputs['halves']?.data).toEqual(Float32Array.of(0.5, 1.5));
    expect(outputs['text']?.data).toEqual(['naïve']);
  });

  test('declares the signature it is given', async () => {
    const session = await createSession(encodeModel(convolution), { threads: 1 });

    expect(session.signature).toEqual(convolution.signature);
    await session.release();
  });

  test('gives the same bytes for the same model', () => {
    expect(encodeModel(convolution)).toEqual(encodeModel(convolution));
  });
});

async function run(model: OnnxModel, inputs: NamedTensors): Promise<NamedTensors> {
  const session = await createSession(encodeModel(model), { threads: 1 });
  const outputs = await session.run(inputs);
  await session.release();
  return outputs;
}
