import { setTimeout as sleep } from 'node:timers/promises';
import { createBucket, type FinalizedEvent, type TestBucket } from '../bucket';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';

const CSV = 'id,sepal_length,sepal_width,petal_length,petal_width\na,5.1,3.5,1.4,0.2\n';

describeWithEmulator('scoreFile under the Functions Framework', () => {
  let emulator: GcsEmulator;
  let proxy: InterferingProxy;
  let bucket: TestBucket;
  let server: FunctionProcess;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    proxy = await startInterferingProxy(emulator.endpoint);
    bucket = await createBucket(emulator);
    server = await startFunction({ target: 'scoreFile', env: { GCS_API_ENDPOINT: proxy.endpoint } });
  });
  afterAll(async () => {
    await server?.stop();
    await proxy.close();
    await emulator.stop();
  });

  /** Posts an event as Eventarc does: CloudEvents over HTTP in binary mode. */
  function deliver({ type, data }: FinalizedEvent): Promise<Response> {
    return fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '1096434104173400',
        'ce-type': type,
        'ce-source': `//storage.googleapis.com/projects/_/buckets/${data.bucket}`,
        'ce-subject': `objects/${data.name}`,
        'ce-time': '2026-01-02T12:34:56.789Z',
        'ce-bucket': data.bucket,
      },
      body: JSON.stringify({ kind: 'storage#object', ...data }),
    });
  }

  const outputsOf = ({ data }: FinalizedEvent) =>
    bucket.list(`predictions/${data.name.slice('input/'.length)}.`);

  test('scores the file that an event announces, once', async () => {
    const event = await bucket.put('input/a.csv', CSV, 'text/csv');

    expect((await deliver(event)).status).toBe(204);
    expect((await deliver(event)).status).toBe(204);

    const stem = `predictions/a.csv.${event.data.generation}`;
    expect(await outputsOf(event)).toEqual([`${stem}.predictions.csv`, `${stem}.summary.json`]);
    expect((await bucket.read(`${stem}.predictions.csv`))?.split('\n')[1]).toMatch(/^2,a,0,setosa,0\.97/);
    const outcomes = () => server.entries().filter(({ outcome }) => outcome !== undefined);
    while (outcomes().length < 2) await sleep(10);
    expect(outcomes()).toMatchObject([
      { severity: 'INFO', outcome: 'scored', rows: 1, model: 'iris', version: '1.0.0' },
      { severity: 'INFO', outcome: 'done-before' },
    ]);
  });

  test('takes its own output for what it is', async () => {
    const event = await bucket.put('predictions/b.1.predictions.csv', CSV, 'text/csv');

    expect((await deliver(event)).status).toBe(204);

    expect(await bucket.list('predictions/b.')).toEqual(['predictions/b.1.predictions.csv']);
  });

  test('does not ask for an event again that will never do', async () => {
    const event = await bucket.put('input/c.csv', 'id\n1\n', 'text/csv');

    expect((await deliver(event)).status).toBe(204);

    expect(await outputsOf(event)).toEqual([`predictions/c.csv.${event.data.generation}.error.json`]);
  });

  test('asks for an event again when the store fails', async () => {
    const event = await bucket.put('input/d.csv', CSV, 'text/csv');
    proxy.script('GET', ...Array.from({ length: 5 }, () => ({ status: 503, body: '' })));

    expect((await deliver(event)).status).toBe(500);
    expect((await deliver(event)).status).toBe(204);

    expect(await outputsOf(event)).toHaveLength(2);
  });
});
