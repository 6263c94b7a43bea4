import fc from 'fast-check';
import { fromFloat16 } from '../../shared/core/float16';
import type { DataType, NamedTensors, Tensor } from '../../shared/core/tensor';
import { encodeOip } from '../../shared/protocol/oip/answer';
import { OIP_DATATYPES } from '../../shared/protocol/oip/metadata';
import { decodeOip, type OipOutput } from '../../shared/protocol/oip/request';
import { identity } from './oip-model';

const OUTPUTS: NamedTensors = {
  label: { type: 'int64', dims: [2], data: new BigInt64Array([0n, 2n]) },
  scores: { type: 'float32', dims: [2, 3], data: new Float32Array([0.97, 0.02, 0.01, 0, 0.03, 0.97]) },
};

const JSON_OUTPUTS = [
  { name: 'label', binary: false },
  { name: 'scores', binary: false },
];

const encode = (
  outputs: readonly OipOutput[],
  tensors: NamedTensors = OUTPUTS,
  classes?: readonly string[],
) =>
  encodeOip(
    { id: '42', inputs: {}, outputs },
    { modelName: 'iris', modelVersion: '1', outputs: tensors, ...(classes ? { classes } : {}) },
  );

describe('encodeOip()', () => {
  test('writes the protocol example', () => {
    expect(encode(JSON_OUTPUTS)).toEqual({
      body: '{"id":"42","model_name":"iris","model_version":"1","outputs":[{"name":"label","datatype":"INT64","shape":[2],"data":[0,2]},{"name":"scores","datatype":"FP32","shape":[2,3],"data":[0.97,0.02,0.01,0,0.03,0.97]}]}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('leaves out an id that was not given, and outputs that were not asked for', () => {
    const { body } = encodeOip(
      { inputs: {}, outputs: [{ name: 'label', binary: false }] },
      { modelName: 'iris', modelVersion: '1', outputs: OUTPUTS },
    );

    expect(body).toBe(
      '{"model_name":"iris","model_version":"1","outputs":[{"name":"label","datatype":"INT64","shape":[2],"data":[0,2]}]}',
    );
  });

  test('writes the example of the binary extension', () => {
    const { body, headers } = encode([
      { name: 'label', binary: false },
      { name: 'scores', binary: true },
    ]);
    const bytes = body as Buffer;

    expect(headers).toEqual({
      'content-type': 'application/octet-stream',
      'inference-header-content-length': '211',
    });
    expect(bytes.length).toBe(235);
    expect(bytes.toString('utf8', 0, 211)).toBe(
      '{"id":"42","model_name":"iris","model_version":"1","outputs":[{"name":"label","datatype":"INT64","shape":[2],"data":[0,2]},{"name":"scores","datatype":"FP32","shape":[2,3],"parameters":{"binary_data_size":24}}]}',
    );
    expect(bytes.readFloatLE(211 + 20)).toBe(Math.fround(0.97));
  });

  test('answers in JSON when a binary output has no bytes', () => {
    const scores: Tensor = { type: 'float32', dims: [0, 3], data: new Float32Array() };

    expect(encode([{ name: 'scores', binary: true }], { scores })).toEqual({
      body: '{"id":"42","model_name":"iris","model_version":"1","outputs":[{"name":"scores","datatype":"FP32","shape":[0,3],"parameters":{"binary_data_size":0}}]}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('counts the bytes of a name, not its characters', () => {
    const { body, headers } = encode([{ name: 'é', binary: true }], { é: OUTPUTS['label'] as Tensor });
    const length = Number(headers['inference-header-content-length']);

    expect((body as Buffer).length - length).toBe(16);
    expect(JSON.parse((body as Buffer).toString('utf8', 0, length))).toMatchObject({
      outputs: [{ name: 'é' }],
    });
  });

  test('writes only the part of a buffer that is the tensor', () => {
    const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const { body, headers } = encode([{ name: 'y', binary: true }], {
      y: { type: 'float32', dims: [2], data },
    });
    const length = Number(headers['inference-header-content-length']);

    expect((body as Buffer).subarray(length)).toEqual(Buffer.from(new Float32Array([2, 3]).buffer));
  });

  test('writes what JSON cannot hold as null and strings', () => {
    const y: Tensor = { type: 'float32', dims: [3], data: new Float32Array([NaN, Infinity, -Infinity]) };

    expect(encode([{ name: 'y', binary: false }], { y }).body).toContain(
      '"data":[null,"Infinity","-Infinity"]',
    );
  });

  test.each(['label', 'constructor'])('says that the run gave no output %p', (name) => {
    expect(() => encode([{ name, binary: false }], {})).toThrow(
      expect.objectContaining({
        code: 'inference-failed',
        message: `expected output "${name}" from the model, got nothing`,
      }),
    );
  });
});

describe('a classification', () => {
  const classified = (tensor: Tensor, k: number, classes?: readonly string[]) => {
    const { body } = encode([{ name: 'y', binary: false, classification: k }], { y: tensor }, classes);
    const [{ datatype, shape, data }] = JSON.parse(body as string).outputs;
    return { datatype, shape, data };
  };
  const scores = OUTPUTS['scores'] as Tensor;

  test('gives the highest scores of each row with their labels', () => {
    expect(classified(scores, 2, ['setosa', 'versicolor', 'virginica'])).toEqual({
      datatype: 'BYTES',
      shape: [2, 2],
      data: ['0.97:0:setosa', '0.02:1:versicolor', '0.97:2:virginica', '0.03:1:versicolor'],
    });
  });

  test.each([[undefined], [['a', 'b']]])('has no labels when the classes are %j', (classes) => {
    expect(classified(scores, 1, classes).data).toEqual(['0.97:0', '0.97:2']);
  });

  test('gives no more scores than there are', () => {
    expect(classified(scores, 9)).toMatchObject({ shape: [2, 3] });
  });

  test.each<[Tensor, string[]]>([
    [
      { type: 'float64', dims: [4], data: new Float64Array([NaN, 1, 1, Infinity]) },
      ['Infinity:3', '1:1', '1:2', 'NaN:0'],
    ],
    [
      { type: 'int64', dims: [2], data: new BigInt64Array([-1n, 2n ** 60n]) },
      ['1152921504606846976:1', '-1:0'],
    ],
    [{ type: 'float16', dims: [2], data: new Uint16Array([0xbc00, 0x3c00]) }, ['1:1', '-1:0']],
  ])('ranks the vector %j', (tensor, data) => {
    expect(classified(tensor, 4)).toEqual({ datatype: 'BYTES', shape: [data.length], data });
  });

  test.each([
    [
      [0, 3],
      [0, 0],
    ],
    [
      [1e15, 0],
      [1e15, 0],
    ],
  ])('of shape %j without scores has shape %j', (dims, shape) => {
    expect(classified({ type: 'float32', dims, data: new Float32Array() }, 2)).toEqual({
      datatype: 'BYTES',
      shape,
      data: [],
    });
  });

  test('may be binary, each text after its length', () => {
    const { body, headers } = encode([{ name: 'scores', binary: true, classification: 1 }]);
    const length = Number(headers['inference-header-content-length']);

    expect((body as Buffer).toString('latin1', length)).toBe('\x06\0\0\x000.97:0\x06\0\0\x000.97:2');
  });
});

/** Elements as the typed array holds them, every bit pattern that has a meaning. */
const ELEMENTS: Readonly<Record<DataType, fc.Arbitrary<unknown>>> = {
  float32: fc.float(),
  float64: fc.double(),
  float16: fc
    .integer({ min: 0, max: 0xffff })
    .filter((bits) => bits === 0x7e00 || !Number.isNaN(fromFloat16(bits))),
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32768, max: 32767 }),
  int32: fc.integer(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint8: fc.nat({ max: 255 }),
  uint16: fc.nat({ max: 65535 }),
  uint32: fc.nat({ max: 2 ** 31 - 1 }).map((value) => value * 2 + 1),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bool: fc.nat({ max: 1 }),
  string: fc.string({ unit: 'grapheme' }),
};

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  string: Array,
} as const;

/** Sends the answer back as a request: an output has the members of an input. */
function sendBack(tensor: Tensor, binary: boolean): Tensor | undefined {
  const { body, headers } = encode([{ name: 'OUTPUT0', binary }], { OUTPUT0: tensor });
  const length = headers['inference-header-content-length'];
  const bytes = Buffer.from(body as Buffer);
  const json = bytes.toString('latin1', 0, Number(length ?? bytes.length));
  const header = Buffer.from(
    `{"inputs":${json.slice(json.indexOf('[{'))}`.replace('"OUTPUT0"', '"INPUT0"'),
    'latin1',
  );
  const tail = length === undefined ? Buffer.alloc(0) : bytes.subarray(Number(length));
  const signature = identity(tensor.type, tensor.dims.map(String));
  return decodeOip(Buffer.concat([header, tail]), String(header.length), signature).inputs['INPUT0'];
}

describe.each(Object.keys(OIP_DATATYPES) as DataType[])('a tensor of %s', (type) => {
  test.each([
    ['JSON', false],
    ['bytes', true],
  ])('that is written as %s reads back as it was', (_, binary) => {
    const dims = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 });
    const tensors = dims.chain((shape) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return fc.array(ELEMENTS[type], { minLength: length, maxLength: length }).map((values) => {
        const data = (ARRAYS[type] as ArrayConstructor).from(values);
        return { type, dims: shape, data } as unknown as Tensor;
      });
    });
    fc.assert(
      fc.property(tensors, (tensor) => {
        expect(sendBack(tensor, binary)).toEqual(tensor);
      }),
    );
  });
});
