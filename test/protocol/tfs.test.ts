import fc from 'fast-check';
import { ServingError } from '../../shared/core/errors';
import type { Tensor } from '../../shared/core/tensor';
import { parseTensorJson } from '../../shared/core/tensor-body';
import { encodeTfs } from '../../shared/protocol/tfs/answer';
import { tfsMetadata, tfsStatus } from '../../shared/protocol/tfs/metadata';
import { decodeTfs } from '../../shared/protocol/tfs/request';
import { FLOWERS, IRIS, IRIS_OUTPUTS, signatureOf } from './protocol-models';

const decode = (json: string, signature = IRIS) => decodeTfs(parseTensorJson(Buffer.from(json)), signature);

function refusalOf(json: string, signature = IRIS) {
  try {
    decode(json, signature);
  } catch (error) {
    if (error instanceof ServingError) return { status: error.status, pointer: error.errors[0]?.pointer };
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('a request of TensorFlow Serving', () => {
  test.each([
    ['row', '{"signature_name":"serving_default","instances":[[5.1,3.5,1.4,0.2],[6.2,3.4,5.4,2.3]]}'],
    ['row', '{"signature_name":"","instances":[{"X":[5.1,3.5,1.4,0.2]},{"X":[6.2,3.4,5.4,2.3]}]}'],
    ['columnar', '{"inputs":[[5.1,3.5,1.4,0.2],[6.2,3.4,5.4,2.3]]}'],
    ['columnar', '{"inputs":{"X":[[5.1,3.5,1.4,0.2],[6.2,3.4,5.4,2.3]]}}'],
  ])('is decoded in its %s form from %s', (form, json) => {
    expect(decode(json)).toEqual({ form, inputs: { X: FLOWERS } });
  });

  // The cases of json_tensor_test.cc of TensorFlow Serving.
  test('adds the batch dimension to each of several named inputs', () => {
    const signature = signatureOf({
      int_tensor: ['int32', ['N', 3, 2]],
      str_tensor: ['string', ['N', 2]],
      float_tensor: ['float32', ['N', 2]],
      dbl_tensor: ['float64', ['N', 1]],
    });
    const json = `{"instances":[
      {"int_tensor":[[1,2],[3,4],[5,6]],"str_tensor":["foo","bar"],"float_tensor":[1.0,NaN],"dbl_tensor":[NaN]},
      {"int_tensor":[[7,8],[9,0],[1,2]],"str_tensor":["baz","bat"],"float_tensor":[2.0,Infinity],"dbl_tensor":[2.0]}]}`;

    expect(decode(json, signature).inputs).toEqual({
      int_tensor: {
        type: 'int32',
        dims: [2, 3, 2],
        data: new Int32Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]),
      },
      str_tensor: { type: 'string', dims: [2, 2], data: ['foo', 'bar', 'baz', 'bat'] },
      float_tensor: {
        type: 'float32',
        dims: [2, 2],
        data: new Float32Array([1, Number.NaN, 2, Number.POSITIVE_INFINITY]),
      },
      dbl_tensor: { type: 'float64', dims: [2, 1], data: new Float64Array([Number.NaN, 2]) },
    });
  });

  test('gives each input of the columnar form its own shape', () => {
    const signature = signatureOf({
      int_tensor: ['int32', ['N', 3, 2]],
      str_tensor: ['string', ['M']],
      bin_tensor: ['string', []],
    });
    const json =
      '{"inputs":{"int_tensor":[[[1,2],[3,4],[5,6]]],"str_tensor":["foo","bar"],"bin_tensor":{"b64":"aGVsbG8="}}}';

    expect(decode(json, signature).inputs).toEqual({
      int_tensor: { type: 'int32', dims: [1, 3, 2], data: new Int32Array([1, 2, 3, 4, 5, 6]) },
      str_tensor: { type: 'string', dims: [2], data: ['foo', 'bar'] },
      bin_tensor: { type: 'string', dims: [], data: ['hello'] },
    });
  });

  test.each([
    ['{"instances":[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}]}', [2], ['N']],
    ['{"instances":[[{"b64":"aGVsbG8="}],[{"b64":"d29ybGQ="}]]}', [2, 1], ['N', 1]],
    ['{"instances":[{"text":[[{"b64":"aGVsbG8="}],[{"b64":"d29ybGQ="}]]}]}', [1, 2, 1], ['N', 2, 1]],
    ['{"inputs":[{"b64":"aGVsbG8="},"world"]}', [2], ['N']],
  ])('takes strings as base64 in %s', (json, dims, shape) => {
    const { inputs } = decode(json, signatureOf({ text: ['string', shape] }));

    expect(inputs).toEqual({ text: { type: 'string', dims, data: ['hello', 'world'] } });
  });

  test('keeps 64-bit integers exact', () => {
    const { inputs } = decode('{"instances":[9007199254740993]}', signatureOf({ id: ['int64', ['N']] }));

    expect(inputs).toEqual({
      id: { type: 'int64', dims: [1], data: new BigInt64Array([9007199254740993n]) },
    });
  });

  const PAIR = signatureOf({ a: ['int32', ['N', 2]], b: ['string', ['N', 2]] });
  test.each([
    ['a body that is no object', '[1]', ''],
    ['neither form', '{}', ''],
    ['both forms', '{"instances":[[1,2,3,4]],"inputs":[[1,2,3,4]]}', ''],
    ['a signature that is no text', '{"signature_name":5,"instances":[[1,2,3,4]]}', '/signature_name'],
    ['another signature', '{"signature_name":"predict_images","instances":[[1,2,3,4]]}', '/signature_name'],
    ['instances that are no list', '{"instances":{"X":[1,2,3,4]}}', '/instances'],
    ['no instances', '{"instances":[]}', '/instances'],
    ['ragged rows', '{"instances":[[1,2,3,4],[5,6,7]]}', '/instances/1'],
    ['deeper rows', '{"instances":[[1,2,3,4],[[5,6,7,8],1,1,1]]}', '/instances/1/0'],
    ['text for a number', '{"instances":[[1,2,3,4],[1,2,"a",4]]}', '/instances/1/2'],
    ['text for a named number', '{"instances":[{"X":[1,2,3,4]},{"X":[1,2,"a",4]}]}', '/instances/1/X/2'],
    ['a number beyond float32', '{"instances":[[1,2,3,1e39]]}', '/instances/0/3'],
    ['flattened rows', '{"instances":[1,2,3,4]}', '/instances/0'],
    ['a wrong width', '{"instances":[[1,2,3]]}', '/instances/0'],
    ['another name', '{"instances":[{"Y":[1,2,3,4]}]}', '/instances/0'],
    ['a name too many', '{"instances":[{"X":[1,2,3,4],"a/b":1}]}', '/instances/0/a~1b'],
    ['a value after objects', '{"instances":[{"X":[1,2,3,4]},[1,2,3,4]]}', '/instances/1'],
    ['an object after values', '{"instances":[[1,2,3,4],{"X":[1,2,3,4]}]}', '/instances/1'],
    ['a column of the wrong width', '{"inputs":{"X":[[1,2,3]]}}', '/inputs/X'],
    ['a bare column of the wrong width', '{"inputs":[[1,2,3]]}', '/inputs'],
    ['columns of other names', '{"inputs":{"X":[[1,2,3,4]],"Y":1}}', '/inputs/Y'],
    ['null for the inputs', '{"inputs":null}', '/inputs'],
  ])('is refused for %s', (_, json, pointer) => {
    expect(refusalOf(json)).toEqual({ status: 422, pointer });
  });

  test.each([
    ['bare rows', '{"instances":[[1,2]]}', '/instances/0'],
    ['bare columns', '{"inputs":[[1,2]]}', '/inputs'],
    [
      'an input that is missing in one row',
      '{"instances":[{"a":[1,2],"b":["x","y"]},{"a":[1,2]}]}',
      '/instances/1',
    ],
  ])('to a model of several inputs is refused for %s', (_, json, pointer) => {
    expect(refusalOf(json, PAIR)).toEqual({ status: 422, pointer });
  });

  test('says which inputs a model of several has', () => {
    expect(() => decode('{"instances":[[1,2]]}', PAIR)).toThrow(
      '/instances/0: expected an object of the inputs "a", "b", got an array of 2',
    );
  });

  test('is either decoded or refused, whatever JSON it holds', () => {
    const values = fc.oneof(fc.jsonValue(), fc.array(fc.array(fc.jsonValue(), { maxLength: 3 })));
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ instances: values }),
      fc.record({ inputs: fc.oneof(values, fc.record({ a: values, b: values })) }),
      fc.record({ instances: fc.array(fc.record({ a: values, b: values })) }),
    );
    fc.assert(
      fc.property(body, fc.constantFrom(IRIS, PAIR), (value, signature) => {
        try {
          decodeTfs(value, signature);
        } catch (error) {
          expect(error).toBeInstanceOf(ServingError);
        }
      }),
    );
  });
});

describe('an answer of TensorFlow Serving', () => {
  test('has one object for each row', () => {
    expect(encodeTfs('row', IRIS_OUTPUTS)).toBe(
      '{"predictions":[{"label":0,"scores":[0.97,0.02,0.01]},{"label":2,"scores":[0,0.03,0.97]}]}',
    );
  });

  test('has one list for each output in the columnar form', () => {
    expect(encodeTfs('columnar', IRIS_OUTPUTS)).toBe(
      '{"outputs":{"label":[0,2],"scores":[[0.97,0.02,0.01],[0,0.03,0.97]]}}',
    );
  });

  test('leaves out the name of an only output', () => {
    expect(encodeTfs('row', IRIS_OUTPUTS.slice(0, 1))).toBe('{"predictions":[0,2]}');
    expect(encodeTfs('columnar', IRIS_OUTPUTS.slice(0, 1))).toBe('{"outputs":[0,2]}');
  });

  const BYTES: Tensor = { type: 'string', dims: [2, 2], data: ['hello', 'world', 'tf', 'serving'] };
  const BASE64 = '[[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}],[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]]';
  test('writes the strings of an output named …_bytes as base64', () => {
    expect(encodeTfs('row', [['str_tensor_bytes', BYTES]])).toBe(`{"predictions":${BASE64}}`);
    expect(encodeTfs('columnar', [['str_tensor_bytes', BYTES]])).toBe(`{"outputs":${BASE64}}`);
    expect(encodeTfs('columnar', [['str_tensor', BYTES]])).toBe(
      '{"outputs":[["hello","world"],["tf","serving"]]}',
    );
  });

  test('stays JSON with NaN and infinities', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const tensor: Tensor = {
      type: 'float32',
      dims: [2, 2],
      data: new Float32Array([nan, infinity, 3, -infinity]),
    };

    expect(encodeTfs('row', [['y', tensor]])).toBe('{"predictions":[[null,"Infinity"],[3,"-Infinity"]]}');
  });

  test('has no predictions for no rows', () => {
    const empty: Tensor = { type: 'int32', dims: [0, 2], data: new Int32Array(0) };

    expect(encodeTfs('row', [['y', empty]])).toBe('{"predictions":[]}');
  });

  test.each([
    [[2, 3], [1, 3], 'got "a" [2,3] and "b" [1,3]'],
    [[], [], 'got "a" []'],
  ])('is refused by row for outputs of %j and %j', (a, b, got) => {
    const zeros = (dims: number[]): Tensor => ({ type: 'uint8', dims, data: new Uint8Array(6) });

    const encode = () =>
      encodeTfs('row', [
        ['a', zeros(a)],
        ['b', zeros(b)],
      ]);

    expect(encode).toThrow(
      `expected outputs of equally many rows, ${got}; {"inputs": …} asks for them by column`,
    );
  });
});

test('the status of a model is in the words of TensorFlow Serving and of KServe', () => {
  expect(tfsStatus({ name: 'iris', versions: [{ version: '1', state: 'AVAILABLE' }], ready: true })).toEqual({
    name: 'iris',
    ready: true,
    model_version_status: [
      { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
    ],
  });
});

test('the metadata of a model spells its signature as a signature_def', () => {
  const dim = (...sizes: string[]) => sizes.map((size) => ({ size, name: '' }));

  expect(tfsMetadata({ name: 'iris', version: '1', signature: IRIS })).toEqual({
    model_spec: { name: 'iris', signature_name: '', version: '1' },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: {
              X: { dtype: 'DT_FLOAT', tensor_shape: { dim: dim('-1', '4'), unknown_rank: false }, name: 'X' },
            },
            outputs: {
              label: {
                dtype: 'DT_INT64',
                tensor_shape: { dim: dim('-1'), unknown_rank: false },
                name: 'label',
              },
              scores: {
                dtype: 'DT_FLOAT',
                tensor_shape: { dim: dim('-1', '3'), unknown_rank: false },
                name: 'scores',
              },
            },
            method_name: 'tensorflow/serving/predict',
          },
        },
      },
    },
  });
});
