import { findLogFiles } from '../../../cli/prediction-log/log-files';
import { createBucket, type TestBucket } from '../../bucket';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../../gcs-emulator';

async function* nothing(): AsyncGenerator<Uint8Array> {}

describeWithEmulator('findLogFiles() in Cloud Storage', () => {
  let emulator: GcsEmulator;
  let bucket: TestBucket;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    bucket = await createBucket(emulator);
    for (const day of ['05', '06']) {
      await bucket.put(
        `run.googleapis.com/stdout/2026/10/${day}/08:00:00_08:59:59_S0.json`,
        `{"day":"${day}"}\n`,
      );
    }
    await bucket.put('labels.csv', 'request_id,label\n');
  });
  afterAll(() => emulator?.stop());

  async function find(path: string, mayHold: (path: string) => boolean = () => true) {
    const storage = { gcsApiEndpoint: emulator.endpoint };
    const found: string[][] = [];
    for await (const { name, open } of findLogFiles([`gs://${bucket.name}${path}`], {
      stdin: nothing(),
      storage,
      mayHold,
    })) {
      const pieces: Uint8Array[] = [];
      for await (const piece of open()) pieces.push(piece);
      found.push([name.replace(`gs://${bucket.name}/`, ''), Buffer.concat(pieces).toString()]);
    }
    return found;
  }

  test('finds everything beneath a prefix, in order', async () => {
    expect(await find('/run.googleapis.com/stdout')).toEqual([
      ['run.googleapis.com/stdout/2026/10/05/08:00:00_08:59:59_S0.json', '{"day":"05"}\n'],
      ['run.googleapis.com/stdout/2026/10/06/08:00:00_08:59:59_S0.json', '{"day":"06"}\n'],
    ]);
  });

  test('finds one object', async () => {
    expect(await find('/labels.csv')).toEqual([['labels.csv', 'request_id,label\n']]);
  });

  test('finds everything in a bucket, and opens what may hold something', async () => {
    expect(await find('', (path) => path.includes('/05/'))).toHaveLength(1);
  });

  test('says that there is nothing', async () => {
    await expect(find('/run.googleapis.com/stderr')).rejects.toMatchObject({
      code: 'object-not-found',
      message: `there is no log at gs://${bucket.name}/run.googleapis.com/stderr`,
    });
  });
});
