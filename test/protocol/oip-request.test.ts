import fc from 'fast-check';
import { ServingError } from '../../shared/core/errors';
import type { Signature } from '../../shared/core/signature';
import { decodeOip } from '../../shared/protocol/oip/request';
import { IRIS, identity } from './oip-model';

const ROWS = new Float32Array([5.1, 3.5, 1.4, 0.2, 6.2, 3.4, 5.4, 2.3]);
const X = { name: 'X', shape: [2, 4], datatype: 'FP32', data: [...ROWS] };
const ALL = [
  { name: 'label', binary: false },
  { name: 'scores', binary: false },
];

const decode = (json: unknown, signature: Signature = IRIS) =>
  decodeOip(Buffer.from(JSON.stringify(json)), undefined, signature);

/** The binary form: JSON, then the bytes of its inputs. */
function decodeBinary(json: unknown, bytes: Uint8Array, signature: Signature = IRIS) {
  const header = Buffer.from(JSON.stringify(json));
  return decodeOip(Buffer.concat([header, bytes]), String(header.length), signature);
}

const decodeRaw = (bytes: Uint8Array | string, signature: Signature) =>
  decodeOip(Buffer.from(bytes as string), '0', signature);

const bytesOf = (data: ArrayBufferView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const strings = (...texts: string[]) =>
  Buffer.concat(
    texts.map((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    }),
  );

describe('decodeOip() of JSON', () => {
  test('reads the protocol example', () => {
    const request = decode({
      id: '42',
      parameters: {},
      inputs: [X],
      outputs: [{ name: 'label' }, { name: 'scores' }],
    });

    expect(request).toEqual({
      id: '42',
      inputs: { X: { type: 'float32', dims: [2, 4], data: ROWS } },
      outputs: ALL,
    });
  });

  test.each<[string, readonly number[], unknown]>([
    ['nested', [2, 4], [[...ROWS.slice(0, 4)], [...ROWS.slice(4)]]],
    ['one list in others', [2, 4], [[[...ROWS]]]],
    ['without its axis of size 1', [1, 4], [[[1, 2, 3, 4]]]],
  ])('reads data that is %s', (_, shape, data) => {
    const { X: tensor } = decode({ inputs: [{ ...X, shape, data }] }).inputs;

    expect(tensor).toMatchObject({ dims: shape });
    expect([...(tensor?.data ?? [])]).toEqual((data as unknown[]).flat(3));
  });

  test.each([{}, { outputs: null }, { outputs: [] }])('gives all outputs in model order for %j', (part) => {
    expect(decode({ inputs: [X], ...part }).outputs).toEqual(ALL);
  });

  test('gives the outputs that were asked for, in that order', () => {
    expect(decode({ inputs: [X], outputs: [{ name: 'scores' }, { name: 'label' }] }).outputs).toEqual(
      [...ALL].reverse(),
    );
  });

  test('accepts nulls for what is absent, unknown members and unknown parameters', () => {
    const request = decode({
      id: null,
      model_name: 'iris',
      parameters: { anything: 'x', other: null, sequence_id: 'a', priority: 1, triton_x: 1 },
      inputs: [{ ...X, parameters: null, more: {} }],
      outputs: [{ name: 'label', parameters: null, data: null }],
    });

    expect(request.outputs).toEqual([{ name: 'label', binary: false }]);
    expect('id' in request).toBe(false);
  });

  test('reads bare NaN and Infinity, null and their names', () => {
    const text =
      '{"inputs":[{"name":"INPUT0","shape":[5],"datatype":"FP32","data":[NaN,-Infinity,null,"NaN","Infinity"]}]}';

    const { inputs } = decodeOip(Buffer.from(text), undefined, identity('float32', ['N']));

    expect(inputs['INPUT0']?.data).toEqual(new Float32Array([NaN, -Infinity, NaN, NaN, Infinity]));
  });

  test('keeps 64-bit integers exact', () => {
    const text =
      '{"inputs":[{"name":"INPUT0","shape":[2],"datatype":"INT64","data":[9007199254740993,-9223372036854775808]}]}';

    const { inputs } = decodeOip(Buffer.from(text), undefined, identity('int64', ['N']));

    expect(inputs['INPUT0']?.data).toEqual(new BigInt64Array([9007199254740993n, -(2n ** 63n)]));
  });

  test('decodes strings of content type base64', () => {
    const input = {
      name: 'INPUT0',
      shape: [2, 1],
      datatype: 'BYTES',
      parameters: { content_type: 'base64' },
    };
    const signature = identity('string', ['N', 1]);

    const { inputs } = decode({ inputs: [{ ...input, data: [['aGk='], ['w6k=']] }] }, signature);

    expect(inputs['INPUT0']).toEqual({ type: 'string', dims: [2, 1], data: ['hi', 'é'] });
    expect(() => decode({ inputs: [{ ...input, data: ['aGk=', '%%'] }] }, signature)).toThrow(
      '/inputs/0/data: element 1: expected base64 of UTF-8, got "%%"',
    );
  });

  test('takes strings of other content types as they are', () => {
    const input = { name: 'INPUT0', shape: [1], datatype: 'BYTES', parameters: { content_type: 'str' } };

    const { inputs } = decode({ inputs: [{ ...input, data: ['aGk='] }] }, identity('string', ['N']));

    expect(inputs['INPUT0']?.data).toEqual(['aGk=']);
  });

  test('accepts a tensor without elements', () => {
    expect(decode({ inputs: [{ ...X, shape: [0, 4], data: [] }] }).inputs).toEqual({
      X: { type: 'float32', dims: [0, 4], data: new Float32Array() },
    });
  });

  test.each<[string, unknown, string]>([
    ['a body that is no object', [], 'expected an object, got an array of 0'],
    ['an id that is a number', { id: 7, inputs: [X] }, '/id: expected a string, got the number 7'],
    ['no inputs', {}, '/inputs: expected an array, got nothing'],
    ['a missing input', { inputs: [] }, '/inputs: expected the input "X" float32[N,4], "X" is missing'],
    ['an input that is no object', { inputs: [5] }, '/inputs/0: expected an object, got the number 5'],
    [
      'a surplus input',
      { inputs: [X, { ...X, name: 'Y' }] },
      '/inputs/1/name: expected the input "X" float32[N,4], got "Y"',
    ],
    ['an input of an inherited name', { inputs: [{ ...X, name: 'constructor' }] }, 'got "constructor"'],
    ['an input twice', { inputs: [X, X] }, '/inputs/1/name: expected each input once, "X" is /inputs/0 too'],
    [
      'another datatype',
      { inputs: [{ ...X, datatype: 'FP64' }] },
      '/inputs/0/datatype: expected "FP32" for input "X", got the string "FP64"',
    ],
    [
      'no datatype',
      { inputs: [{ ...X, datatype: undefined }] },
      '/inputs/0/datatype: expected "FP32" for input "X", got nothing',
    ],
    ['no shape', { inputs: [{ ...X, shape: undefined }] }, '/inputs/0/shape: expected an array, got nothing'],
    [
      'a fraction as size',
      { inputs: [{ ...X, shape: [2.5, 4] }] },
      '/inputs/0/shape/0: expected a non-negative integer, got the number 2.5',
    ],
    [
      'an unknown size',
      { inputs: [{ ...X, shape: [-1, 4] }] },
      '/inputs/0/shape/0: expected a non-negative integer, got the number -1',
    ],
    [
      'a size in quotes',
      { inputs: [{ ...X, shape: ['2', 4] }] },
      '/inputs/0/shape/0: expected a non-negative integer, got the string "2"',
    ],
    [
      'another rank',
      { inputs: [{ ...X, shape: [8] }] },
      '/inputs/0/shape: expected 2 dimensions [N,4] for input "X", got 1',
    ],
    [
      'another size',
      { inputs: [{ ...X, shape: [4, 2] }] },
      '/inputs/0: input "X": expected size 4 in dimension 1, got 2',
    ],
    [
      'too few values',
      { inputs: [{ ...X, data: [1] }] },
      '/inputs/0/data: expected 8 values for shape [2,4], got 1',
    ],
    [
      'transposed data',
      {
        inputs: [
          {
            ...X,
            data: [
              [1, 2],
              [1, 2],
              [1, 2],
              [1, 2],
            ],
          },
        ],
      },
      '/inputs/0/data: expected 2 values for shape [2,4], got 4',
    ],
    [
      'a string',
      { inputs: [{ ...X, data: [1, 2, 3, '4', 5, 6, 7, 8] }] },
      '/inputs/0/data/3: expected a number that float32 can hold, got the string "4"',
    ],
    [
      'no data',
      { inputs: [{ ...X, data: undefined }] },
      '/inputs/0: expected "data", or the parameter "binary_data_size", got neither',
    ],
    [
      'bytes that did not come',
      { inputs: [{ ...X, data: undefined, parameters: { binary_data_size: 32 } }] },
      '/inputs/0/parameters/binary_data_size: expected 32 bytes after the JSON, got 0: 32 are missing',
    ],
    [
      'data twice',
      { inputs: [{ ...X, parameters: { binary_data_size: 32 } }] },
      '/inputs/0/parameters/binary_data_size: expected no "data" beside it, got both',
    ],
    [
      'shared memory in',
      { inputs: [{ ...X, parameters: { shared_memory_region: 'a' } }] },
      '/inputs/0/parameters/shared_memory_region: shared memory is not supported',
    ],
    [
      'shared memory out',
      { inputs: [X], outputs: [{ name: 'label', parameters: { shared_memory_byte_size: 8 } }] },
      'shared memory is not supported',
    ],
    [
      'parameters that are no object',
      { inputs: [X], parameters: [] },
      '/parameters: expected an object, got an array of 0',
    ],
    [
      'a flag that is text',
      { inputs: [X], parameters: { binary_data_output: 'true' } },
      '/parameters/binary_data_output: expected a boolean, got the string "true"',
    ],
    [
      'a negative size',
      { inputs: [{ ...X, parameters: { binary_data_size: -1 } }] },
      'expected a non-negative integer, got the number -1',
    ],
    [
      'a sequence of another kind',
      { inputs: [X], parameters: { sequence_id: true } },
      'expected a string or a non-negative integer, got the boolean true',
    ],
    ['outputs that are no list', { inputs: [X], outputs: {} }, '/outputs: expected an array, got an object'],
    [
      'an unknown output',
      { inputs: [X], outputs: [{ name: 'y' }] },
      '/outputs/0/name: expected one of the outputs "label", "scores", got "y"',
    ],
    [
      'an output twice',
      { inputs: [X], outputs: [{ name: 'label' }, { name: 'label' }] },
      '/outputs/1/name: expected each output once, got "label" again',
    ],
    [
      'classes of one number',
      { inputs: [X], outputs: [{ name: 'label', parameters: { classification: 1 } }] },
      '/outputs/0/parameters/classification: expected an output with a row of scores to classify, "label" is int64[N]',
    ],
  ])('refuses %s', (_, body, message) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'validation-failed' }));
    expect(() => decode(body)).toThrow(message);
  });

  test.each([
    ['', 'the body is empty'],
    ['{"inputs":', 'the body is not JSON'],
  ])('refuses %j as JSON', (text, message) => {
    expect(() => decodeOip(Buffer.from(text), undefined, IRIS)).toThrow(message);
  });
});

describe('decodeOip() with binary data', () => {
  const { data: _, ...withoutData } = X;
  const input = { ...withoutData, parameters: { binary_data_size: 32 } };

  test('reads the example of the extension', () => {
    // The request of 227 + 32 bytes that protocol documents of this form show.
    const json =
      '{"id":"42","inputs":[{"name":"X","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"parameters":{"binary_data_output":true},"outputs":[{"name":"label","parameters":{"binary_data":false}},{"name":"scores"}]}';
    const body = Buffer.concat([Buffer.from(json), bytesOf(ROWS)]);

    expect(body.length).toBe(259);
    expect(decodeOip(body, '227', IRIS)).toEqual({
      id: '42',
      inputs: { X: { type: 'float32', dims: [2, 4], data: ROWS } },
      outputs: [
        { name: 'label', binary: false },
        { name: 'scores', binary: true },
      ],
    });
  });

  test('reads JSON alone when the header counts the whole body', () => {
    expect(decodeBinary({ inputs: [X] }, Buffer.alloc(0)).inputs['X']?.data).toEqual(ROWS);
  });

  test('takes bytes in the order of the binary inputs, among others in JSON', () => {
    const signature: Signature = {
      inputs: [
        { name: 'a', type: 'int16', shape: [2] },
        { name: 'b', type: 'bool', shape: [1] },
        { name: 'c', type: 'string', shape: ['N'] },
      ],
      outputs: [],
    };
    const json = {
      inputs: [
        { name: 'c', shape: [2], datatype: 'BYTES', parameters: { binary_data_size: 11 } },
        { name: 'b', shape: [1], datatype: 'BOOL', data: [true] },
        { name: 'a', shape: [2], datatype: 'INT16', parameters: { binary_data_size: 4 } },
      ],
    };

    const { inputs } = decodeBinary(
      json,
      Buffer.concat([strings('é', 'b'), Buffer.from([1, 0, 0xff, 0xff])]),
      signature,
    );

    expect(inputs).toEqual({
      a: { type: 'int16', dims: [2], data: new Int16Array([1, -1]) },
      b: { type: 'bool', dims: [1], data: new Uint8Array([1]) },
      c: { type: 'string', dims: [2], data: ['é', 'b'] },
    });
  });

  test('gives a copy that does not change with the body', () => {
    const header = Buffer.from(JSON.stringify({ inputs: [input] }));
    const body = Buffer.concat([header, bytesOf(ROWS)]);

    const { inputs } = decodeOip(body, String(header.length), IRIS);
    body.fill(0);

    expect(inputs['X']?.data).toEqual(ROWS);
  });

  test('reads an input without bytes', () => {
    const empty = { ...input, shape: [0, 4], parameters: { binary_data_size: 0 } };

    expect(decodeBinary({ inputs: [empty] }, Buffer.alloc(0)).inputs['X']?.dims).toEqual([0, 4]);
  });

  test.each<[boolean | undefined, boolean | undefined, boolean]>([
    [undefined, undefined, false],
    [undefined, true, true],
    [true, undefined, true],
    [true, false, false],
    [false, true, true],
  ])('with binary_data_output %p and binary_data %p an output is binary: %p', (all, one, binary) => {
    const parameters = all === undefined ? {} : { binary_data_output: all };
    const output = { name: 'scores', ...(one === undefined ? {} : { parameters: { binary_data: one } }) };

    expect(decode({ inputs: [X], parameters, outputs: [output] }).outputs).toEqual([
      { name: 'scores', binary },
    ]);
  });

  test('makes every output binary where none is listed', () => {
    expect(decode({ inputs: [X], parameters: { binary_data_output: true } }).outputs).toEqual(
      ALL.map(({ name }) => ({ name, binary: true })),
    );
  });

  test.each<[string, object, number, string]>([
    ['bytes left over', input, 35, 'expected 32 bytes of binary data, got 35: 3 are left over'],
    [
      'missing bytes',
      input,
      30,
      '/inputs/0/parameters/binary_data_size: expected 32 bytes after the JSON, got 30: 2 are missing',
    ],
    [
      'a size that is not the shape',
      { ...input, shape: [1, 4] },
      32,
      '/inputs/0/parameters/binary_data_size: expected 16 bytes for shape [1,4], got 32',
    ],
    ['bytes for an input in JSON', X, 1, 'expected 0 bytes of binary data, got 1: 1 are left over'],
  ])('refuses %s', (_, item, length, message) => {
    expect(() => decodeBinary({ inputs: [item] }, Buffer.alloc(length))).toThrow(message);
  });

  test.each<[string, Buffer, string]>([
    ['a length that is cut', Buffer.from([1, 0]), 'element 0: expected 2 more bytes, got 2'],
    ['a text that is cut', strings('abc').subarray(0, 5), 'element 0: expected 2 more bytes, got 5'],
    ['too few elements', strings('a'), 'element 1: expected 4 more bytes, got 5'],
    ['too many elements', strings('a', 'b', 'c'), 'expected 10 bytes for 2 elements, got 15'],
    ['a text that is not UTF-8', Buffer.from([1, 0, 0, 0, 0xff, 0, 0, 0, 0]), 'element 0: expected UTF-8'],
    [
      'a length of 4 GB',
      Buffer.from([255, 255, 255, 255]),
      'element 0: expected 4294967295 more bytes, got 4',
    ],
  ])('refuses strings with %s', (_, bytes, message) => {
    const item = {
      name: 'INPUT0',
      shape: [2],
      datatype: 'BYTES',
      parameters: { binary_data_size: bytes.length },
    };

    expect(() => decodeBinary({ inputs: [item] }, bytes, identity('string', [2]))).toThrow(message);
  });

  test('refuses a byte that is neither true nor false', () => {
    const item = { name: 'INPUT0', shape: [2], datatype: 'BOOL', parameters: { binary_data_size: 2 } };

    expect(() => decodeBinary({ inputs: [item] }, Buffer.from([1, 2]), identity('bool', [2]))).toThrow(
      'expected bytes of 0 and 1, got 2 at byte 1',
    );
  });

  test.each(['', '-1', '1e1', '0x1', '3', '999999999999999', '99999999999999999999', ' 2', 'abc'])(
    'refuses %j as the length of the JSON in 2 bytes',
    (headerLength) => {
      expect(() => decodeOip(Buffer.from('{}'), headerLength, IRIS)).toThrow(
        expect.objectContaining({
          code: 'invalid-request',
          message: `expected Inference-Header-Content-Length from 0 to the 2 bytes of the body, got ${JSON.stringify(headerLength)}`,
        }),
      );
    },
  );
});

describe('decodeOip() of raw data', () => {
  test('tells the rows from the number of bytes, and makes every output binary', () => {
    expect(decodeRaw(bytesOf(ROWS), IRIS)).toEqual({
      inputs: { X: { type: 'float32', dims: [2, 4], data: ROWS } },
      outputs: ALL.map(({ name }) => ({ name, binary: true })),
    });
  });

  test.each<[readonly (number | string)[], number[]]>([
    [['N'], [8]],
    [[8], [8]],
    [
      [2, 'M'],
      [2, 4],
    ],
    [
      ['N', 'M'],
      [1, 8],
    ],
    [
      ['N', 2, 'M'],
      [1, 2, 4],
    ],
  ])('takes 8 numbers for %j as %j', (shape, dims) => {
    expect(decodeRaw(bytesOf(ROWS), identity('float32', shape)).inputs['INPUT0']).toEqual({
      type: 'float32',
      dims,
      data: ROWS,
    });
  });

  test.each([[[1]], [['N']], [['N', 1]]])('takes a body as the one string of %j', (shape) => {
    expect(decodeRaw('427', identity('string', shape)).inputs['INPUT0']).toEqual({
      type: 'string',
      dims: shape.map(() => 1),
      data: ['427'],
    });
  });

  test.each<[string, Signature, Uint8Array | string, string]>([
    ['part of a row', IRIS, new Uint8Array(20), 'expected a multiple of 16 bytes for float32[N,4], got 20'],
    ['another size', identity('float32', [2]), new Uint8Array(4), 'expected 8 bytes for shape [2], got 4'],
    ['rows of nothing', identity('float32', ['N', 0]), '', 'expected the bytes of float32[N,0], got none'],
    ['a text that is not UTF-8', identity('string', [1]), new Uint8Array([0xff]), 'expected UTF-8'],
  ])('refuses %s', (_, signature, body, message) => {
    expect(() => decodeRaw(body, signature)).toThrow(message);
  });
});

// Cases of https://github.com/triton-inference-server/server/blob/main/qa/L0_http/http_test.py
describe("what Triton's own tests ask", () => {
  const vector = identity('float32', ['N', 'M']);
  const input = { name: 'INPUT0', datatype: 'FP32' };

  test.each([8, 32])('raw_binary: %p numbers', (count) => {
    const data = Float32Array.from({ length: count }, (_, index) => index);

    expect(decodeRaw(bytesOf(data), identity('float32', ['N'])).inputs['INPUT0']?.data).toEqual(data);
  });

  test('byte_too_many_elements', () => {
    expect(() => decodeRaw('427', identity('string', [16]))).toThrow(
      'expected an input of one string for a request without JSON, it is string[16]',
    );
  });

  test('multi_variable_dimensions', () => {
    expect(() => decodeRaw(new Uint8Array(8), identity('float16', ['N', 'M', 'K']))).toThrow(
      'expected at most one size to tell from 8 bytes, the input is float16[N,M,K]',
    );
  });

  test('multi_inputs', () => {
    const inputs = ['a', 'b', 'c'].map((name) => ({ name, type: 'float32', shape: ['N'] }) as const);

    expect(() => decodeRaw(new Uint8Array(96), { inputs, outputs: [] })).toThrow(
      'expected a model with 1 input for a request without JSON, it has 3',
    );
  });

  test.each([
    [
      '"shape":[16,1152921504606846978]',
      '/inputs/0/shape/1: expected a non-negative integer, got the string',
    ],
    ['"shape":[4,1152921504606846978]', '/inputs/0/shape/1: expected a non-negative integer, got the string'],
    ['"shape":[134217728,134217728]', 'expected at most 2^53 elements, got the shape [134217728,134217728]'],
    [
      '"shape":[2,4503599627370495]',
      'expected 9007199254740990 values for shape [2,4503599627370495], got 1',
    ],
    ['"shape":[2,-5]', '/inputs/0/shape/1: expected a non-negative integer, got the number -5'],
  ])('buffer_size_overflow and negative_dimensions: %s', (shape, message) => {
    const body = Buffer.from(`{"inputs":[{"name":"INPUT0",${shape},"datatype":"FP32","data":[1.0]}]}`);

    expect(() => decodeOip(body, undefined, vector)).toThrow(message);
  });

  test.each([
    ['BYTES', '"hello"', ['hello']],
    ['INT64', '123', new BigInt64Array([123n])],
  ])('json_recursion_depth_limit: %s', (datatype, value, data) => {
    const nested = (depth: number) => `${'['.repeat(depth)}${value}${']'.repeat(depth)}`;
    const signature = identity(datatype === 'BYTES' ? 'string' : 'int64', ['N', 'M']);
    const send = (depth: number) =>
      decodeOip(
        Buffer.from(
          `{"inputs":[{"name":"INPUT0","datatype":"${datatype}","shape":[1,1],"data":${nested(depth)}}]}`,
        ),
        undefined,
        signature,
      );

    expect(send(50).inputs['INPUT0']).toMatchObject({ dims: [1, 1], data });
    expect(() => send(120)).toThrow('the body nests deeper than 64 levels');
  });

  test('duplicate_output_names', () => {
    const inputs = [{ ...input, shape: [1, 8], data: [[0, 1, 2, 3, 4, 5, 6, 7]] }];

    expect(() => decode({ inputs, outputs: [{ name: 'OUTPUT0' }, { name: 'OUTPUT0' }] }, vector)).toThrow(
      '/outputs/1/name: expected each output once, got "OUTPUT0" again',
    );
  });
});

describe('decodeOip() of anything', () => {
  const attempt = (body: Buffer, headerLength: string | undefined) => {
    try {
      decodeOip(body, headerLength, IRIS);
    } catch (error) {
      expect(error).toBeInstanceOf(ServingError);
    }
  };

  test('throws nothing but errors of ours, whatever the bytes and the header', () => {
    const lengths = fc.option(fc.oneof(fc.nat({ max: 60 }).map(String), fc.string()), { nil: undefined });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), lengths, (bytes, headerLength) => {
        attempt(Buffer.from(bytes), headerLength);
      }),
    );
  });

  test('throws nothing but errors of ours, whatever the JSON', () => {
    const some = <T>(value: T) =>
      fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>(value) }, fc.jsonValue());
    const size = fc.record({ binary_data_size: some(16) });
    const item = fc.record(
      {
        name: some('X'),
        shape: some([1, 4]),
        datatype: some('FP32'),
        data: some([1, 2, 3, 4]),
        parameters: fc.oneof(size, fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const output = fc.record(
      {
        name: some('scores'),
        parameters: fc.oneof(fc.jsonValue(), fc.record({ classification: some(2), binary_data: some(true) })),
      },
      { requiredKeys: [] },
    );
    const list = (items: fc.Arbitrary<unknown>) =>
      fc.oneof(fc.array(items, { maxLength: 3 }), fc.jsonValue());
    const request = fc.record(
      { id: some('1'), inputs: list(item), outputs: list(output), parameters: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(request, fc.uint8Array({ maxLength: 20 }), fc.boolean(), (json, tail, isBinary) => {
        const header = Buffer.from(JSON.stringify(json));
        attempt(
          isBinary ? Buffer.concat([header, tail]) : header,
          isBinary ? String(header.length) : undefined,
        );
      }),
      { numRuns: 500 },
    );
  });
});
