import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type GcsFilesLimits, openGcsFiles } from '../../shared/registry/gcs-files';
import { createBucket } from '../bucket';
import {
  closeAfter,
  endMissing,
  type FaultServer,
  gzipped,
  ignoreRange,
  reset,
  stallAfter,
  startFaultServer,
  status,
} from '../fault-server';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { startUploadServer, type UploadServer } from '../upload-server';
import { allOf, piecesOf, readAll, testFiles } from './files-contract';

const KIB = 1024;
const PART = 256 * KIB;
const QUICK: Partial<GcsFilesLimits> = {
  headersMs: 500,
  idleMs: 200,
  partMs: 500,
  partBytes: 256 * KIB,
  attempts: 3,
  firstDelayMs: 5,
  maxDelayMs: 20,
};

describeWithEmulator('files in Cloud Storage', () => {
  let emulator: GcsEmulator;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
  });
  afterAll(() => emulator.stop());

  testFiles({
    open: () => openGcsFiles({ endpoint: emulator.endpoint, limits: { partBytes: PART, pageObjects: 3 } }),
    newBucket: async () => (await createBucket(emulator)).name,
    partBytes: PART,
  });

  test('a bucket that is not there is told of', async () => {
    const files = openGcsFiles({ endpoint: emulator.endpoint });
    const missing = {
      code: 'store-unavailable',
      message: 'the store answered 404: does the bucket exist?',
    };

    await expect(
      files.write({ bucket: 'no-such-bucket', name: 'x' }, piecesOf(Buffer.from('x'))),
    ).rejects.toMatchObject(missing);
    await expect(allOf(files.list({ bucket: 'no-such-bucket', prefix: '' }))).rejects.toMatchObject(missing);
  });
});

describe('reading a file over a bad connection', () => {
  const NAME = 'input/a.csv';
  const BYTES = randomBytes(300 * KIB);
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer();
  });
  beforeEach(() => server.put(NAME, BYTES));
  afterEach(() => server.heal());
  afterAll(() => server.close());

  const files = () => openGcsFiles({ endpoint: server.endpoint, limits: QUICK });
  const address = { bucket: 'b', name: NAME };

  async function generationOf(): Promise<string> {
    const answer = await fetch(`${server.endpoint}/storage/v1/b/b/o/${encodeURIComponent(NAME)}?alt=media`);
    await answer.arrayBuffer();
    return answer.headers.get('x-goog-generation') ?? '';
  }

  test.each([
    ['connections that close early', [closeAfter(100_000), closeAfter(100_000)]],
    ['a reset and an error', [reset, status(503)]],
    ['silence in the middle', [stallAfter(100_000)]],
    ['an end that is not said', [endMissing]],
  ])('survives %s', async (_, answers) => {
    const generation = await generationOf();
    server.script(NAME, ...answers);

    expect((await readAll(files().openRead(address, generation))).equals(BYTES)).toBe(true);

    expect(server.unused(NAME)).toBe(0);
  });

  test('asks for what is missing, of the same generation', async () => {
    const generation = await generationOf();
    const before = server.requests.length;
    server.script(NAME, closeAfter(100_000));

    await readAll(files().openRead(address, generation));

    const asked = server.requests.slice(before);
    expect(asked.map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=100000-${BYTES.length - 1}`,
    ]);
    expect(asked.map(({ query }) => query.get('generation'))).toEqual([generation, generation]);
  });

  test('gives up when nothing comes any more', async () => {
    const generation = await generationOf();
    server.always(NAME, status(503));

    await expect(readAll(files().openRead(address, generation))).rejects.toMatchObject({
      code: 'store-unavailable',
      message: 'the store answered 503, 3 times in a row',
    });
  });

  test('refuses the whole where a part was asked for', async () => {
    const generation = await generationOf();
    server.script(NAME, closeAfter(100_000), ignoreRange);

    await expect(readAll(files().openRead(address, generation))).rejects.toMatchObject({
      code: 'store-unavailable',
    });
  });

  test('gives what is stored in gzip as it is stored', async () => {
    const generation = await generationOf();
    server.script(NAME, gzipped);

    const bytes = await readAll(files().openRead(address, generation));

    expect(bytes.equals(gzipSync(BYTES))).toBe(true);
    expect(server.requests.at(-1)?.headers['accept-encoding']).toBe('gzip');
  });

  test('lets go of a connection whose reader leaves', async () => {
    const generation = await generationOf();
    server.script(NAME, stallAfter(100_000));

    for await (const chunk of files().openRead(address, generation)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }

    expect(await readAll(files().openRead(address, generation))).toHaveLength(BYTES.length);
  });
});

describe('writing a file over a bad connection', () => {
  const BYTES = randomBytes(600 * KIB);
  let server: UploadServer;

  beforeEach(async () => {
    server = await startUploadServer();
  });
  afterEach(() => server.close());

  const write = () =>
    openGcsFiles({ endpoint: server.endpoint, limits: QUICK }).write(
      { bucket: 'b', name: 'out' },
      piecesOf(BYTES),
      {
        ifGeneration: 'absent',
      },
    );

  test('sends parts of the same size, and says with the last how many bytes there are', async () => {
    await write();

    expect(server.ranges).toEqual([
      'bytes 0-262143/*',
      'bytes 262144-524287/*',
      'bytes 524288-614399/614400',
    ]);
    expect(server.objects.get('out')?.equals(BYTES)).toBe(true);
  });

  test.each([
    ['a lost request', 'lose-request'],
    ['a lost answer', 'lose-answer'],
    ['half a part', 'take-half'],
    ['half a part and a lost answer', 'lose-half'],
    ['a 503', { status: 503 }],
  ] as const)('survives %s, in the first part and in the last', async (_, fault) => {
    server.script(fault, undefined, fault);

    expect(await write()).toBe('1700000000000001');

    expect(server.objects.get('out')?.equals(BYTES)).toBe(true);
  });

  test('asks how much arrived before it sends on', async () => {
    server.script('lose-half');

    await write();

    expect(server.ranges.slice(0, 3)).toEqual(['bytes 0-262143/*', 'bytes */*', 'bytes 131072-262143/*']);
  });

  test('gives up when no part arrives any more, and leaves no object', async () => {
    server.script({ status: 503 }, { status: 503 }, { status: 503 });

    await expect(write()).rejects.toMatchObject({ code: 'store-unavailable' });

    expect(server.objects.size).toBe(0);
  });
});
