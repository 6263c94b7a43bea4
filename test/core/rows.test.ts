import fc from 'fast-check';
import type { Feature, TabularManifest } from '../../shared/core/manifest';
import { createRowReporter } from '../../shared/core/row-report';
import { createRowDecoder } from '../../shared/core/rows';
import type { DataType } from '../../shared/core/tensor';

function tableManifest(type: DataType, features: readonly Feature[]): TabularManifest {
  return {
    schema_version: 1,
    name: 'table',
    version: '1.0.0',
    task: 'regression',
    artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
    signature: {
      inputs: [{ name: 'X', type, shape: ['N', features.length] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    },
    features,
    output: { value: 'y' },
  };
}

const LENGTHS = tableManifest('float32', [
  { name: 'sepal_length', unit: 'cm', example: 5.1 },
  { name: 'sepal_width', unit: 'cm', example: 3.5 },
  { name: 'petal width (cm)', example: 0.2 },
]);

const report = (manifest: TabularManifest, row: unknown) =>
  createRowReporter(manifest).report([row], () => '');

describe('the row decoder', () => {
  test('writes rows of every form into one tensor, in order', () => {
    const rows = [
      [1, 2, 3],
      { 'petal width (cm)': 6, sepal_length: 4, sepal_width: 5 },
      { features: [7, 8, 9] },
      { features: { sepal_width: 11, sepal_length: 10, 'petal width (cm)': 12 } },
    ];

    const inputs = createRowDecoder(LENGTHS).decode(rows);

    expect(inputs).toEqual({
      X: { type: 'float32', dims: [4, 3], data: new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) },
    });
  });

  test('gives each feature its own tensor where the model has an input for each', () => {
    const manifest: TabularManifest = {
      ...tableManifest('float32', [
        { name: 'age', example: 30 },
        { name: 'city', categories: ['Oslo', 'Rome'], example: 'Rome' },
        { name: 'visits', example: 2 },
      ]),
      signature: {
        inputs: [
          { name: 'age', type: 'float32', shape: ['N', 1] },
          { name: 'city', type: 'string', shape: ['N', 1] },
          { name: 'visits', type: 'int64', shape: ['N', 1] },
        ],
        outputs: [],
      },
    };

    const inputs = createRowDecoder(manifest).decode([{ age: 30, city: 'Rome', visits: 2 }, [31, 'Oslo', 3]]);

    expect(inputs).toEqual({
      age: { type: 'float32', dims: [2, 1], data: new Float32Array([30, 31]) },
      city: { type: 'string', dims: [2, 1], data: ['Rome', 'Oslo'] },
      visits: { type: 'int64', dims: [2, 1], data: new BigInt64Array([2n, 3n]) },
    });
    expect(report(manifest, [30, 'Rom', 2.5])).toEqual([
      { pointer: '/1', detail: '"city" must be one of Oslo, Rome, got the string "Rom"' },
      { pointer: '/2', detail: '"visits" must be an integer, got the number 2.5' },
    ]);
  });

  test('takes the columns of several inputs in order, save those that an input is named after', () => {
    const manifest: TabularManifest = {
      ...tableManifest('float32', []),
      signature: {
        inputs: [
          { name: 'numbers', type: 'float32', shape: ['N', 2] },
          { name: 'plan', type: 'string', shape: ['N', 1] },
          { name: 'texts', type: 'string', shape: ['N', 1] },
        ],
        outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
      },
      features: [
        { name: 'age', example: 30 },
        { name: 'income', example: 1000 },
        { name: 'city', example: 'Rome' },
        { name: 'plan', example: 'basic' },
      ],
    };

    const inputs = createRowDecoder(manifest).decode([
      [30, 1000, 'Rome', 'basic'],
      { age: 40, city: 'Oslo', income: 2, plan: 'pro' },
    ]);

    expect(inputs).toEqual({
      numbers: { type: 'float32', dims: [2, 2], data: new Float32Array([30, 1000, 40, 2]) },
      plan: { type: 'string', dims: [2, 1], data: ['basic', 'pro'] },
      texts: { type: 'string', dims: [2, 1], data: ['Rome', 'Oslo'] },
    });
  });

  test('takes null for NaN only where the manifest says that a value may be missing', () => {
    const manifest = tableManifest('float32', [
      { name: 'a', nullable: true, example: 1 },
      { name: 'b', example: 1 },
    ]);
    const decoder = createRowDecoder(manifest);

    expect(decoder.decode([[null, 1]])).toMatchObject({ X: { data: new Float32Array([Number.NaN, 1]) } });
    expect(decoder.decode([[1, null]])).toBeUndefined();
  });

  const anyValue = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(
      3.4028234663852886e38,
      3.5e38,
      -0,
      2 ** 53,
      2 ** 31,
      256,
      -1,
      1.5,
      null,
      true,
      '7',
      '',
      undefined,
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const names = ['sepal_length', 'sepal_width', 'petal width (cm)'];
  const anyRow = fc.oneof(
    fc.array(anyValue, { minLength: 2, maxLength: 4 }),
    fc.record(Object.fromEntries(names.map((name) => [name, fc.double()])), { requiredKeys: [] }),
    fc.record(Object.fromEntries([...names, 'sepal_lenght', 'constructor'].map((name) => [name, anyValue])), {
      requiredKeys: [],
    }),
    anyValue,
  );
  const anyForm = fc.oneof(
    anyRow,
    fc.record({ features: anyRow }),
    fc.record({ features: anyRow, other: anyValue }),
  );

  test.each(['float32', 'float64', 'int32', 'int64', 'uint8', 'uint64', 'bool', 'string'] as const)(
    'of a %s model accepts exactly the rows that AJV finds nothing wrong with',
    (type) => {
      const example = type === 'string' ? 'x' : type === 'bool' ? true : 1;
      const manifest = tableManifest(
        type,
        names.map((name) => ({ name, example })),
      );
      const decoder = createRowDecoder(manifest);
      const reporter = createRowReporter(manifest);

      fc.assert(
        fc.property(anyForm, (row) => {
          const isAccepted = decoder.decode([row]) !== undefined;

          expect({ row, isAccepted }).toEqual({
            row,
            isAccepted: reporter.report([row], () => '').length === 0,
          });
        }),
        { numRuns: 1_000 },
      );
    },
  );
});

describe('the row report', () => {
  test.each<[name: string, row: unknown, errors: unknown]>([
    [
      'a missing name, with its unit',
      { sepal_length: 1, 'petal width (cm)': 1 },
      [{ pointer: '/sepal_width', detail: '"sepal_width" is missing (in cm)' }],
    ],
    [
      'a misspelt name, with the nearest one',
      { features: { sepal_lenght: 1, sepal_width: 1, 'petal width (cm)': 1 } },
      [
        { pointer: '/features/sepal_length', detail: '"sepal_length" is missing (in cm)' },
        {
          pointer: '/features/sepal_lenght',
          detail: '"sepal_lenght" is not a feature of this model; did you mean "sepal_length"?',
        },
      ],
    ],
    [
      'an extra name that is near to none',
      { sepal_length: 1, sepal_width: 1, 'petal width (cm)': 1, colour: 'blue' },
      [{ pointer: '/colour', detail: '"colour" is not a feature of this model' }],
    ],
    [
      'the wrong count, with the names in order',
      [1, 2],
      [{ pointer: '', detail: 'expected 3 values (sepal_length, sepal_width, petal width (cm)), got 2' }],
    ],
    [
      'every wrong value of a row',
      ['1', 2, Number.POSITIVE_INFINITY],
      [
        { pointer: '/0', detail: '"sepal_length" must be a finite number, got the string "1"' },
        {
          pointer: '/2',
          detail: '"petal width (cm)" must be a finite number, got a number beyond what a double can hold',
        },
      ],
    ],
    [
      'a number that no float32 can hold',
      [1, 1e39, 2],
      [
        {
          pointer: '/1',
          detail:
            '"sepal_width" must be a number that the model\'s tensor can hold (<= 3.4028234663852886e+38), got the number 1e+39',
        },
      ],
    ],
    [
      'a row that is none',
      7,
      [{ pointer: '', detail: 'expected an object or an array of features, got the number 7' }],
    ],
    [
      'something beside the features',
      { features: [1, 2, 3], id: 1 },
      [{ pointer: '/id', detail: '"id" is not known here, beside "features"' }],
    ],
  ])('names %s', (_name, row, errors) => {
    expect(report(LENGTHS, row)).toEqual(errors);
  });

  test.each([
    ['a million values too many', Array.from({ length: 1_000_000 }, () => 0), 'expected 3 values'],
    [
      'a million names too many',
      Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`n${i}`, 0])),
      'got more than 103',
    ],
    ['a name of a million letters', { ['x'.repeat(1_000_000)]: 1 }, 'is missing'],
  ])('says of %s no more than fits into an answer', (_what, row, detail) => {
    const errors = report(LENGTHS, row);

    expect(JSON.stringify(errors).length).toBeLessThan(1_000);
    expect(errors[0]?.detail).toContain(detail);
    expect(JSON.stringify(createRowReporter(LENGTHS).correct([row])).length).toBeLessThan(1_000);
  });

  test('stops at 100 defects', () => {
    const rows = Array.from({ length: 5_000 }, () => ['a', 'b', 'c']);

    const errors = createRowReporter(LENGTHS).report(rows, (row) => `/instances/${row}`);

    expect(errors).toHaveLength(100);
    expect(errors.at(-1)).toMatchObject({ pointer: '/instances/33/0' });
  });
});
