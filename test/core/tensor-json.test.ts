import fc from 'fast-check';
import type { DataType, Tensor } from '../../shared/core/tensor';
import {
  countElements,
  decodeTensor,
  shapeOf,
  writeFlat,
  writeNested,
  writeNestedRow,
} from '../../shared/core/tensor-json';

const decode = (type: DataType, dims: readonly number[], values: unknown) =>
  decodeTensor(type, dims, values, '/inputs/0/data');

describe('shapeOf()', () => {
  test.each<[unknown, number[]]>([
    [5, []],
    [[], [0]],
    [
      [[], []],
      [2, 0],
    ],
    [[5.1, 3.5], [2]],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
    ],
    [[{ b64: 'aGk=' }], [1]],
  ])('of %j is %j', (values, shape) => {
    expect(shapeOf(values)).toEqual(shape);
  });
});

test.each([
  [[], 1],
  [[2, 3], 6],
  [[4, 0], 0],
  [[2 ** 60, 2 ** 60, 2 ** 1000, 0], 0],
])('countElements(%j) is %p', (dims, count) => {
  expect(countElements(dims)).toBe(count);
});

describe('decodeTensor()', () => {
  const rows = new Float32Array([5.1, 3.5, 1.4, 0.2, 6.2, 3.4, 5.4, 2.3]);

  test.each([
    ['flat', [5.1, 3.5, 1.4, 0.2, 6.2, 3.4, 5.4, 2.3]],
    [
      'nested',
      [
        [5.1, 3.5, 1.4, 0.2],
        [6.2, 3.4, 5.4, 2.3],
      ],
    ],
  ])('reads %s values in row-major order', (_, values) => {
    expect(decode('float32', [2, 4], values)).toEqual({ type: 'float32', dims: [2, 4], data: rows });
  });

  test.each<[DataType, unknown[], ArrayLike<unknown>]>([
    [
      'float32',
      [null, 'NaN', 'Infinity', '-Infinity', -0],
      new Float32Array([NaN, NaN, Infinity, -Infinity, -0]),
    ],
    ['float64', [0.1, 1e308, '123456789012345678901'], new Float64Array([0.1, 1e308, 123456789012345680000])],
    [
      'float32',
      [3.4028235e38, -3.4028235e38],
      new Float32Array([3.4028234663852886e38, -3.4028234663852886e38]),
    ],
    [
      'float16',
      [1, 0.1, null, '-Infinity', 65504],
      new Uint16Array([0x3c00, 0x2e66, 0x7e00, 0xfc00, 0x7bff]),
    ],
    ['int8', [-128, 127, '5'], new Int8Array([-128, 127, 5])],
    ['uint8', [0, 255], new Uint8Array([0, 255])],
    ['int16', [-32768, 32767], new Int16Array([-32768, 32767])],
    ['uint16', [0, 65535], new Uint16Array([0, 65535])],
    ['int32', [-2147483648, 2147483647], new Int32Array([-2147483648, 2147483647])],
    ['uint32', [0, 4294967295], new Uint32Array([0, 4294967295])],
    [
      'int64',
      [7, '9007199254740993', '-9223372036854775808', '9223372036854775807'],
      new BigInt64Array([7n, 9007199254740993n, -(2n ** 63n), 2n ** 63n - 1n]),
    ],
    ['uint64', [0, '18446744073709551615'], new BigUint64Array([0n, 2n ** 64n - 1n])],
    ['bool', [true, false, 1, 0], new Uint8Array([1, 0, 1, 0])],
    ['string', ['a', '', 'é', { b64: 'w6k=' }, { b64: 'w6k' }], ['a', '', 'é', 'é', 'é']],
  ])('reads %s elements %j', (type, values, data) => {
    expect(decode(type, [values.length], values).data).toEqual(data);
  });

  test.each<[DataType, unknown, string]>([
    ['float32', '1.5', 'expected a number that float32 can hold, got the string "1.5"'],
    ['float32', true, 'expected a number that float32 can hold, got the boolean true'],
    ['float32', 1e39, 'expected a number that float32 can hold, got the number 1e+39'],
    ['float32', undefined, 'expected a number that float32 can hold, got nothing'],
    ['float32', [1], 'expected a number that float32 can hold, got an array of 1'],
    [
      'float64',
      Infinity,
      'expected a number that float64 can hold, got a number beyond what a double can hold',
    ],
    ['float64', '1'.repeat(400), 'expected a number that float64 can hold, got the string'],
    ['float16', 65520, 'expected a number that float16 can hold, got the number 65520'],
    ['int8', 128, 'expected an integer from -128 to 127, got the number 128'],
    ['int32', 1.5, 'expected an integer from -2147483648 to 2147483647, got the number 1.5'],
    ['uint8', -1, 'expected an integer from 0 to 255, got the number -1'],
    [
      'int64',
      2 ** 53,
      'expected an integer from -9223372036854775808 to 9223372036854775807, got the number',
    ],
    ['int64', '9223372036854775808', 'got the string "9223372036854775808"'],
    ['int64', '0x10', 'got the string "0x10"'],
    ['int64', null, 'got null'],
    ['uint64', '-1', 'expected an integer from 0 to 18446744073709551615, got the string "-1"'],
    ['bool', 2, 'expected true or false, got the number 2'],
    ['string', 5, 'expected a string, or {"b64": "…"} of UTF-8, got the number 5'],
    ['string', { b64: 'w6' }, 'expected a string, or {"b64": "…"} of UTF-8, got an object'],
    ['string', { b64: '***' }, 'got an object'],
    ['string', { b64: 'aGk=', other: 1 }, 'got an object'],
  ])('refuses %s %j: %s', (type, value, detail) => {
    const good = type === 'string' ? 'a' : 1;

    expect(() => decode(type, [2], [good, value])).toThrow(`/inputs/0/data/1: `);
    expect(() => decode(type, [2], [good, value])).toThrow(detail);
  });

  test.each<[string, number[], unknown, string]>([
    ['too few', [2, 4], [1, 2, 3], '/inputs/0/data: expected 8 values for shape [2,4], got 3'],
    ['too many', [2], [1, 2, 3], '/inputs/0/data: expected 2 values for shape [2], got 3'],
    [
      'a row too many',
      [1, 2],
      [
        [1, 2],
        [3, 4],
      ],
      '/inputs/0/data: expected 1 values for shape [1,2], got 2',
    ],
    ['ragged', [2, 2], [[1, 2], [3]], '/inputs/0/data/1: expected 2 values for shape [2,2], got 1'],
    ['half nested', [2, 2], [[1, 2], 3], '/inputs/0/data/1: expected an array of 2, got the number 3'],
    [
      'too deep',
      [2, 2],
      [
        [1, 2],
        [3, [4]],
      ],
      '/inputs/0/data/1/1: expected a number that float32 can hold, got an array of 1',
    ],
    ['a bare number', [1], 5, '/inputs/0/data: expected an array, got the number 5'],
    [
      'a vast shape',
      [1e9, 1e9],
      [1],
      'expected 1000000000000000000 values for shape [1000000000,1000000000], got 1',
    ],
    [
      'a vast row',
      [2, 1e9],
      [[1], [2]],
      '/inputs/0/data/0: expected 1000000000 values for shape [2,1000000000], got 1',
    ],
  ])('refuses %s values', (_, dims, values, message) => {
    expect(() => decode('float32', dims, values)).toThrow(message);
  });

  test('gives each error its pointer and leaves it out of the detail', () => {
    expect(() => decode('bool', [1, 2, 1], [[[1], [7]]])).toThrow(
      expect.objectContaining({
        code: 'validation-failed',
        message: '/inputs/0/data/0/1/0: expected true or false, got the number 7',
        errors: [{ pointer: '/inputs/0/data/0/1/0', detail: 'expected true or false, got the number 7' }],
      }),
    );
  });

  test.each<[number[], unknown]>([
    [[0, 4], []],
    [[0], []],
    [
      [2, 0],
      [[], []],
    ],
    [[2, 0], []],
  ])('reads shape %j without elements from %j', (dims, values) => {
    expect(decode('float32', dims, values)).toEqual({ type: 'float32', dims, data: new Float32Array() });
  });

  test.each([5, [5]])('reads a scalar from %j', (values) => {
    expect(decode('int32', [], values)).toEqual({ type: 'int32', dims: [], data: new Int32Array([5]) });
  });

  test('refuses a scalar at the place where it stands', () => {
    expect(() => decode('int32', [], 'x')).toThrow('/inputs/0/data: expected an integer');
  });
});

describe('writing', () => {
  test.each<[Tensor, string]>([
    [
      { type: 'float32', dims: [7], data: new Float32Array([0.97, 2, -0, 0, NaN, Infinity, -Infinity]) },
      '[0.97,2,-0.0,0,null,"Infinity","-Infinity"]',
    ],
    [{ type: 'float64', dims: [2], data: new Float64Array([0.1, 1e21]) }, '[0.1,1e+21]'],
    [{ type: 'float16', dims: [2], data: new Uint16Array([0x3c00, 0x7e00]) }, '[1,null]'],
    [{ type: 'int64', dims: [1], data: new BigInt64Array([9007199254740993n]) }, '[9007199254740993]'],
    [{ type: 'bool', dims: [2], data: new Uint8Array([1, 0]) }, '[true,false]'],
    [{ type: 'string', dims: [2], data: ['a"b', 'é\n'] }, '["a\\"b","é\\n"]'],
    [{ type: 'int8', dims: [0], data: new Int8Array() }, '[]'],
  ])('%j is %s when flat', (tensor, text) => {
    expect(writeFlat(tensor)).toBe(text);
  });

  const table: Tensor = { type: 'int32', dims: [3, 2, 1], data: new Int32Array([1, 2, 3, 4, 5, 6]) };

  test('nested lists are as deep as the tensor', () => {
    expect(writeNested(table)).toBe('[[[1],[2]],[[3],[4]],[[5],[6]]]');
    expect(writeNested(table, { start: 1, end: 2 })).toBe('[[[3],[4]]]');
    expect(writeNestedRow(table, 2)).toBe('[[5],[6]]');
  });

  test('a row of a vector, and a scalar, are written bare', () => {
    expect(writeNestedRow({ type: 'int8', dims: [2], data: new Int8Array([3, 4]) }, 1)).toBe('4');
    expect(writeNested({ type: 'int8', dims: [], data: new Int8Array([3]) })).toBe('3');
  });

  test('dimensions without elements are written as empty lists', () => {
    const data = new Int8Array();

    expect(writeNested({ type: 'int8', dims: [2, 0], data })).toBe('[[],[]]');
    expect(writeNested({ type: 'int8', dims: [0, 4], data })).toBe('[]');
  });

  test('what is written nested or flat reads back as it was', () => {
    const dims = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(dims, fc.infiniteStream(fc.float()), (shape, stream) => {
        const data = Float32Array.from([...stream.take(countElements(shape))]);
        const tensor: Tensor = { type: 'float32', dims: shape, data };

        expect(decode('float32', shape, JSON.parse(writeNested(tensor)))).toEqual(tensor);
        expect(decode('float32', shape, JSON.parse(writeFlat(tensor)))).toEqual(tensor);
      }),
    );
  });
});
