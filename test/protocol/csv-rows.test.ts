import type { Feature, TabularManifest } from '../../shared/core/manifest';
import { openCsvRows } from '../../shared/protocol/lines/csv-rows';
import { chunksOf, gather } from './chunks';

const MANIFEST: TabularManifest = {
  schema_version: 1,
  name: 'table',
  version: '1.0.0',
  task: 'regression',
  artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
  signature: {
    inputs: [{ name: 'X', type: 'float32', shape: ['N', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
  },
  features: [
    { name: 'length', example: 5.1 },
    { name: 'width', example: 3.5 },
  ],
  output: { value: 'y' },
};

async function read(text: string, manifest = MANIFEST) {
  const { keptColumns, batches } = await openCsvRows(chunksOf(text), manifest, ['line', 'prediction']);
  return { keptColumns, rows: await gather(batches) };
}

/** The row that a model with one column of a type makes of one cell. */
async function readCell(type: 'float32' | 'int64' | 'bool' | 'string', cell: string) {
  const features: Feature[] = [{ name: 'x', example: 1 }];
  const manifest: TabularManifest = {
    ...MANIFEST,
    features,
    signature: { ...MANIFEST.signature, inputs: [{ name: 'x', type, shape: ['N', 1] }] },
  };
  const { rows } = await read(`x,id\n${cell},1`, manifest);
  return rows;
}

test('columns may come in any order, and those that are no features go through', async () => {
  expect(await read('id,width,note,length\n7,3.5,"a, b",5.1\n')).toEqual({
    keptColumns: ['id', 'note'],
    rows: [{ line: 2, text: '7,3.5,"a, b",5.1', row: [5.1, 3.5], kept: ['7', 'a, b'] }],
  });
});

test.each([
  ['a byte order mark', '\ufefflength,width\n1,2'],
  ['carriage returns', 'length,width\r\n1,2\r\n'],
  ['spaces around names', 'length, width\n1,2'],
])('reads a file with %s', async (_, text) => {
  expect((await read(text)).rows).toMatchObject([{ line: 2, row: [1, 2] }]);
});

test('a first row of numbers, one to a feature, is a row: the columns are the features in order', async () => {
  expect(await read('5.1,3.5\n-1e3,.5\n')).toEqual({
    keptColumns: [],
    rows: [
      { line: 1, text: '5.1,3.5', row: [5.1, 3.5], kept: [] },
      { line: 2, text: '-1e3,.5', row: [-1000, 0.5], kept: [] },
    ],
  });
});

test.each([
  ['float32', '5.10', 5.1],
  ['float32', ' -1e-3 ', -0.001],
  ['float32', '', null],
  ['float32', 'NaN', null],
  ['float32', '0x10', '0x10'],
  ['float32', '1,5', '1,5'],
  ['float32', 'inf', 'inf'],
  ['int64', '7', 7],
  ['int64', '7.0', 7],
  ['bool', 'TRUE', true],
  ['bool', '0', false],
  ['bool', 'yes', 'yes'],
  ['string', '', ''],
  ['string', ' 07 ', ' 07 '],
] as const)('a %s cell %j is %j', async (type, cell, value) => {
  expect(await readCell(type, cell.includes(',') ? `"${cell}"` : cell)).toMatchObject([{ row: [value] }]);
});

test('a row with too few or too many cells is bad, and no other', async () => {
  expect((await read('length,width\n1\n1,2,3\n1,2')).rows).toEqual([
    { line: 2, text: '1', defects: [{ pointer: '', detail: 'expected 2 cells, got 1' }] },
    { line: 3, text: '1,2,3', defects: [{ pointer: '', detail: 'expected 2 cells, got 3' }] },
    { line: 4, text: '1,2', row: [1, 2], kept: [] },
  ]);
});

test.each([
  [
    'lacks features',
    'lenght,id\n1,2',
    [
      { pointer: '/length', detail: 'expected a column "length", got "lenght", "id"' },
      { pointer: '/width', detail: 'expected a column "width", got "lenght", "id"' },
    ],
  ],
  [
    'has a feature twice',
    'length,width,length\n1,2,3',
    [{ pointer: '/length', detail: 'expected a column "length" once, got it again' }],
  ],
  [
    'has a column of the answer',
    'length,width,prediction\n1,2,3',
    [{ pointer: '/prediction', detail: '"prediction" is a column of the answer: rename or remove it' }],
  ],
  ['is not there', '', [{ pointer: '', detail: 'expected a header, got an empty file' }]],
  [
    'is broken',
    'length,"width\n1,2',
    [{ pointer: '', detail: 'the header cannot be read: a quote is not closed before the end' }],
  ],
])('refuses a header that %s', async (_, text, errors) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'validation-failed', errors });
});

test('lets go of a source whose header does not fit', async () => {
  let isClosed = false;
  async function* source() {
    try {
      yield Buffer.from('a,b\n1,2\n');
      yield Buffer.from('3,4\n');
    } finally {
      isClosed = true;
    }
  }

  await expect(openCsvRows(source(), MANIFEST, [])).rejects.toMatchObject({ code: 'validation-failed' });

  expect(isClosed).toBe(true);
});
