import fc from 'fast-check';
import { ServingError } from '../../shared/core/errors';
import type { TabularManifest } from '../../shared/core/manifest';
import { createRowDecoder } from '../../shared/core/rows';
import type { Tensor } from '../../shared/core/tensor';
import {
  outputReplies,
  predictionReplies,
  returnsOf,
  writeReplies,
} from '../../shared/protocol/bigquery/answer';
import { isBigQuery, readBigQuery, toRows } from '../../shared/protocol/bigquery/request';
import { createFunctionSql } from '../../shared/protocol/bigquery/sql';
import { toTensor } from '../../shared/protocol/bigquery/tensor';
import { readPredictions } from '../../shared/protocol/native/answer';
import { FLOWERS, IRIS, IRIS_OUTPUTS, signatureOf, VISITS } from './protocol-models';

const BODY = {
  requestId: '124ab1c',
  caller: '//bigquery.googleapis.com/projects/p/jobs/p:US.bquxjob_5b4c112c_17961fafeaf',
  sessionUser: 'ana@example.com',
  userDefinedContext: { model: 'iris', version: '1' },
  calls: [
    [5.1, 3.5, 1.4, 0.2],
    [6.2, 3.4, 5.4, 2.3],
    [null, 3.0, 5.1, 1.8],
  ],
};

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ServingError) return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('a call of a remote function', () => {
  test('is read with its context and id', () => {
    expect(readBigQuery(BODY, 3)).toEqual({
      requestId: '124ab1c',
      context: { model: 'iris', version: '1' },
      calls: BODY.calls,
    });
  });

  test.each([
    [BODY, true],
    [{ calls: [] }, true],
    [{ calls: 1 }, false],
    [{ instances: [[1]] }, false],
    [[[1]], false],
    [null, false],
  ])('is told apart from other bodies: %j', (body, expected) => {
    expect(isBigQuery(body)).toBe(expected);
  });

  test.each([
    [1, 'expected an object with "calls", got the number 1'],
    [{ calls: null }, '/calls: expected an array, got null'],
    [{ calls: [[1], 2] }, '/calls/1: expected an array of arguments, got the number 2'],
    [
      { calls: [[], [], [], []] },
      'expected at most 3 calls, got 4; max_batching_rows = 3 in the OPTIONS of the function keeps to it',
    ],
    [{ calls: [], userDefinedContext: [] }, '/userDefinedContext: expected an object, got an array of 0'],
    [
      { calls: [], userDefinedContext: { 'a/b': 1 } },
      '/userDefinedContext/a~1b: expected a string, got the number 1',
    ],
  ])('is refused as %j', (body, message) => {
    expect(messageOf(() => readBigQuery(body, 3))).toBe(message);
  });
});

describe('the calls of a model of rows', () => {
  const ROW = [30, 2, 'Rome', true, 1000];

  test('are rows by position, or by name in one JSON argument', () => {
    const named = { age: 30, visits: 2, city: 'Rome', member: true, 'income `gross`': 1000 };

    const { rows, callOf, pointerOf } = toRows(VISITS, [ROW, [named], [ROW], [{ features: named }]]);

    expect(rows).toEqual([ROW, named, ROW, named]);
    expect(callOf).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2].map(pointerOf)).toEqual(['/calls/0', '/calls/1/0', '/calls/2/0']);
  });

  test('have no row where a feature is missing that the model needs', () => {
    const calls = [
      [null, 2, 'Rome', true, 1000],
      [30, null, 'Rome', true, 1000],
      ROW,
      [30, 2, null, true, 1000],
      ['NaN', 2, 'Rome', true, 1000],
      [null],
      [{ age: null, visits: 2, city: 'Rome', member: true, 'income `gross`': 1 }],
      ROW,
    ];

    const { rows, callOf, pointerOf } = toRows(VISITS, calls);

    expect(rows).toEqual([ROW, ROW]);
    expect(callOf).toEqual([2, 7]);
    expect(pointerOf(1)).toBe('/calls/7');
  });

  test.each([null, 'NaN'])('keep %j for a feature that may be missing', (missing) => {
    const { rows } = toRows(VISITS, [[30, 2, 'Rome', true, missing]]);

    expect(rows).toEqual([[30, 2, 'Rome', true, null]]);
  });

  test.each([
    ['NUMERIC for a float', ['30.5', 2, 'Rome', true, '-1234.56'], [30.5, 2, 'Rome', true, -1234.56]],
    ['INT64 for an integer', [30, '12', 'Rome', true, 1], [30, 12, 'Rome', true, 1]],
    ['a large INT64 for a float', ['9007199254740992', 2, 'R', true, 1], [2 ** 53, 2, 'R', true, 1]],
    ['digits for a string', [30, 2, '00153', true, 1], [30, 2, '00153', true, 1]],
  ])('turn text into numbers: %s', (_, call, row) => {
    expect(toRows(VISITS, [call]).rows).toEqual([row]);
  });

  test.each([
    ['an integer that a double cannot hold', [30, '9007199254740993', 'Rome', true, 1]],
    ['an infinite number', ['Infinity', 2, 'Rome', true, 1]],
    ['text for a number', ['old', 2, 'Rome', true, 1]],
    ['too few arguments', [30, 2]],
    ['no arguments', []],
    ['a JSON argument that misses a feature', [{ age: 30 }]],
  ])('leave to the decoder to refuse %s', (_, call) => {
    const { rows } = toRows(VISITS, [call]);

    expect(rows).toHaveLength(1);
    expect(createRowDecoder(VISITS).decode(rows)).toBeUndefined();
  });

  test('are either rows or left to the decoder, whatever JSON they hold', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('NaN', '1.5', '-3', null));
    const call = fc.oneof(fc.array(value), fc.tuple(value), fc.tuple(value, value, value, value, value));
    fc.assert(
      fc.property(fc.array(call), (calls) => {
        const { rows, callOf } = toRows(VISITS, calls);
        createRowDecoder(VISITS).decode(rows);
        expect(rows).toHaveLength(callOf.length);
      }),
    );
  });
});

describe('the calls of a model of tensors', () => {
  const base64 = (data: Float32Array) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  const flower = (row: number) => FLOWERS.data.slice(row * 4, row * 4 + 4) as Float32Array;

  test.each([
    ['arguments', [5.1, 3.5, 1.4, 0.2], [6.2, '3.4', 5.4, 2.3]],
    ['JSON arrays', [[5.1, 3.5, 1.4, 0.2]], [[6.2, 3.4, 5.4, 2.3]]],
    ['JSON objects', [{ X: [5.1, 3.5, 1.4, 0.2] }], [{ X: [6.2, 3.4, 5.4, 2.3] }]],
    ['bytes', [base64(flower(0))], [base64(flower(1))]],
  ])('are rows of a tensor as %s, without those that hold a NULL', (_, first, second) => {
    const { inputs, callOf } = toTensor(IRIS, [[null], first, [1, null, 3, 4], second]);

    expect(inputs).toEqual({ X: FLOWERS });
    expect(callOf).toEqual([1, 3]);
  });

  test('hold nothing to run where every call has a NULL', () => {
    expect(toTensor(IRIS, [[null], [1, 2, 3, null]])).toEqual({ inputs: {}, callOf: [] });
    expect(toTensor(IRIS, [])).toEqual({ inputs: {}, callOf: [] });
  });

  test.each([
    ['a vector', ['N'], [1]],
    ['a column', ['N', 1], [1, 1]],
  ])('are single numbers for %s', (_, shape, dims) => {
    const int64 = signatureOf({ id: ['int64', shape] });
    const float64 = signatureOf({ x: ['float64', shape] });

    expect(toTensor(int64, [['9007199254740993']]).inputs).toEqual({
      id: { type: 'int64', dims, data: new BigInt64Array([9007199254740993n]) },
    });
    expect(toTensor(int64, [['AQAAAAAAAAA=']]).inputs).toEqual({
      id: { type: 'int64', dims, data: new BigInt64Array([1n]) },
    });
    expect(toTensor(float64, [['-Infinity']]).inputs).toEqual({
      x: { type: 'float64', dims, data: new Float64Array([Number.NEGATIVE_INFINITY]) },
    });
  });

  test('are the texts of a string tensor', () => {
    const signature = signatureOf({ text: ['string', ['N', 1]] });

    expect(toTensor(signature, [['12'], ['AAAA']]).inputs).toEqual({
      text: { type: 'string', dims: [2, 1], data: ['12', 'AAAA'] },
    });
  });

  test('are the objects of several inputs', () => {
    const signature = signatureOf({ a: ['int32', ['N']], b: ['string', ['N']] });

    expect(toTensor(signature, [[{ a: 1, b: 'x' }], [{ a: 2, b: 'y' }]]).inputs).toEqual({
      a: { type: 'int32', dims: [2], data: new Int32Array([1, 2]) },
      b: { type: 'string', dims: [2], data: ['x', 'y'] },
    });
  });

  test('have the shape that their bytes tell where the model leaves one dimension open', () => {
    const bools = signatureOf({ mask: ['bool', ['N', 'T', 2]] });

    expect(toTensor(bools, [['AAEBAA==']]).inputs).toEqual({
      mask: { type: 'bool', dims: [1, 2, 2], data: new Uint8Array([0, 1, 1, 0]) },
    });
  });

  const OPEN = signatureOf({ X: ['float32', ['N', 'T', 2]] });
  const WIDE = signatureOf({ X: ['float32', ['N', 'H', 'W']] });
  const PAIR = signatureOf({ a: ['int32', ['N']], b: ['string', ['N']] });
  test.each([
    ['too few bytes', IRIS, [['AAAAPw==']], '/calls/0/0: expected 16 bytes for a row of float32[N,4], got 4'],
    [
      'bytes of several lengths',
      OPEN,
      [[null], ['AAAAAAAAAAA='], ['AAAAAAAAAAAAAAAAAAAAAA==']],
      '/calls/2/0: expected equal multiples of 8 bytes for a row of float32[N,T,2], got 16',
    ],
    [
      'bytes that are no rows',
      OPEN,
      [['AAAAPw==']],
      '/calls/0/0: expected equal multiples of 8 bytes for a row of float32[N,T,2], got 4',
    ],
    [
      'bytes of an unknown shape',
      WIDE,
      [['AAAAPw==']],
      '/calls/0/0: expected a JSON argument for float32[N,H,W]: bytes do not tell its shape',
    ],
    [
      'text that is no base64',
      IRIS,
      [['AA*=']],
      '/calls/0/0: expected base64 (RFC 4648), got the string "AA*="',
    ],
    [
      'bytes and then numbers',
      IRIS,
      [[base64(flower(0))], [1, 2, 3, 4]],
      '/calls/1/0: expected one argument, like the first call, got 4',
    ],
    [
      'bytes and then JSON',
      IRIS,
      [[base64(flower(0))], [[1, 2, 3, 4]]],
      '/calls/1/0: expected base64 text, like the first call, got an array of 4',
    ],
    ['too few numbers', IRIS, [[1, 2, 3]], '/calls/0: input "X": expected size 4 in dimension 1, got 3'],
    [
      'a number that is text',
      IRIS,
      [[1, 2, 3, 4], [null], [1, 2, 'three', 4]],
      '/calls/2/2: expected a number that float32 can hold, got the string "three"',
    ],
    [
      'JSON of another width',
      IRIS,
      [[[1, 2, 3, 4]], [null], [[1, 2, 3]]],
      '/calls/2/0: expected 4 values for shape [2,4], got 3',
    ],
    [
      'values without names',
      PAIR,
      [[1, 'x']],
      '/calls/0: expected an object of the inputs "a", "b", got an array of 2',
    ],
  ])('are refused for %s', (_, signature, calls, message) => {
    expect(messageOf(() => toTensor(signature, calls))).toBe(message);
  });

  test('are either tensors or refused, whatever JSON they hold', () => {
    const value = fc.oneof(fc.jsonValue(), fc.base64String(), fc.constantFrom('NaN', '1.5', null));
    const calls = fc.array(fc.oneof(fc.array(value), fc.tuple(value)));
    fc.assert(
      fc.property(calls, fc.constantFrom(IRIS, OPEN, WIDE, PAIR), (some, signature) => {
        try {
          toTensor(signature, some);
        } catch (error) {
          expect(error).toBeInstanceOf(ServingError);
        }
      }),
    );
  });
});

describe('the replies to a remote function', () => {
  test('are one for each call, null for those without a row', () => {
    const writeReply = outputReplies(IRIS_OUTPUTS, 2, { returns: 'json' });

    expect(writeReplies(3, [0, 1], writeReply)).toBe(
      '{"replies":[{"label":0,"scores":[0.97,0.02,0.01]},{"label":2,"scores":[0,0.03,0.97]},null]}',
    );
    expect(writeReplies(2, [], writeReply)).toBe('{"replies":[null,null]}');
    expect(writeReplies(0, [], writeReply)).toBe('{"replies":[]}');
  });

  const CLASSES = readPredictions(
    VISITS,
    { p: { type: 'float32', dims: [2, 2], data: new Float32Array([0.9, 0.1, 0.25, 0.75]) } },
    2,
  );
  test.each([
    ['json', '{"prediction":1,"prediction_label":"leaves","confidence":0.75,"probabilities":[0.25,0.75]}'],
    [
      'string',
      '"{\\"prediction\\":1,\\"prediction_label\\":\\"leaves\\",\\"confidence\\":0.75,\\"probabilities\\":[0.25,0.75]}"',
    ],
    ['prediction', '"leaves"'],
  ] as const)('of a classification are %s', (returns, reply) => {
    expect(predictionReplies(VISITS, CLASSES, returns)(1)).toBe(reply);
  });

  const PRICE: TabularManifest = {
    ...VISITS,
    task: 'regression',
    signature: { ...VISITS.signature, outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }] },
    output: { value: 'y' },
  };
  test.each([
    [5.1, '5.1'],
    [Number.NaN, '"NaN"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ])('of a regression are the number %p alone as FLOAT64', (value, reply) => {
    const y: Tensor = { type: 'float32', dims: [1, 1], data: new Float32Array([value]) };

    expect(predictionReplies(PRICE, readPredictions(PRICE, { y }, 1), 'prediction')(0)).toBe(reply);
  });

  test('of one output are its value', () => {
    const score: Tensor = { type: 'float32', dims: [2, 1], data: new Float32Array([0.5, 0.25]) };

    expect(outputReplies([['score', score]], 2, { returns: 'json' })(1)).toBe('[0.25]');
    expect(outputReplies([['score', score]], 2, { returns: 'string' })(1)).toBe('"[0.25]"');
    expect(outputReplies([['score', score]], 2, { returns: 'prediction' })(1)).toBe('0.25');
  });

  test.each([
    [IRIS_OUTPUTS, 'expected a model with one output, got 2'],
    [IRIS_OUTPUTS.slice(1), 'expected one value in each row of output "scores", got [2,3]'],
  ])('are no prediction alone where the outputs hold more', (outputs, detail) => {
    expect(messageOf(() => outputReplies(outputs, 2, { returns: 'prediction' }))).toBe(
      `/userDefinedContext/returns: "prediction" is not possible here: ${detail}`,
    );
  });

  test('are refused where the model answers with another number of rows', () => {
    expect(messageOf(() => outputReplies(IRIS_OUTPUTS, 3, { returns: 'json' }))).toBe(
      'expected outputs of 3 rows, one for each call, got 2',
    );
  });

  test('are JSON unless the context says otherwise', () => {
    expect(returnsOf({ context: {}, calls: [] })).toBe('json');
    expect(returnsOf({ context: { returns: 'string' }, calls: [] })).toBe('string');
    expect(messageOf(() => returnsOf({ context: { returns: 'label' }, calls: [] }))).toBe(
      '/userDefinedContext/returns: expected one of json, string, prediction, got "label"',
    );
  });
});

describe('the statement that creates the function', () => {
  test('names each feature with its SQL type, and the version that it stays with', () => {
    expect(createFunctionSql(VISITS, { endpoint: 'https://example.com/a"b' })).toBe(
      `CREATE OR REPLACE FUNCTION \`PROJECT.DATASET\`.\`visits_v_2\`(
  \`age\` FLOAT64,
  \`visits\` INT64,
  \`city\` STRING,
  \`member\` BOOL,
  \`income \\\`gross\\\`\` FLOAT64
) RETURNS JSON
REMOTE WITH CONNECTION \`PROJECT.LOCATION.CONNECTION\`
OPTIONS (
  endpoint = "https://example.com/a\\"b",
  user_defined_context = [("model", "visits.v-2"), ("version", "1.0.0")],
  max_batching_rows = 1000
);
`,
    );
  });

  test('takes the names that it is given', () => {
    const sql = createFunctionSql(VISITS, {
      endpoint: 'https://example.com',
      connection: 'proj.us.onnx_conn',
      dataset: 'proj.ds',
      maxRows: 200,
    });

    expect(sql).toContain('FUNCTION `proj.ds`.`visits_v_2`(');
    expect(sql).toContain('CONNECTION `proj.us.onnx_conn`\n');
    expect(sql).toContain('max_batching_rows = 200\n');
  });

  test('takes one JSON argument where the features are too many, and starts no name with a digit', () => {
    const features = Array.from({ length: 257 }, (_, index) => ({ name: `f${index}`, example: 1 }));

    const sql = createFunctionSql(
      { ...VISITS, name: '2wide', features },
      { endpoint: 'https://example.com' },
    );

    expect(sql).toContain('FUNCTION `PROJECT.DATASET`.`_2wide`(\n  `features` JSON\n) RETURNS JSON');
  });
});
