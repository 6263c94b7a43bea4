import { createBucket, type TestBucket } from '../../bucket';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../../gcs-emulator';
import { serveRows, TRAINING_ROWS, toNdjson } from '../iris-log';
import { runCli } from '../run-cli';

describeWithEmulator('drift in Cloud Storage, with no disk of its own', () => {
  let emulator: GcsEmulator;
  let bucket: TestBucket;
  beforeAll(async () => {
    emulator = await startGcsEmulator();
    bucket = await createBucket(emulator);
    const entries = toNdjson(await serveRows(TRAINING_ROWS));
    await bucket.put('run.googleapis.com/stdout/2026/10/06/08:00:00_08:59:59_S0.json', entries);
  });
  afterAll(() => emulator?.stop());

  const drift = (...args: string[]) =>
    runCli(['drift', 'iris', `gs://${bucket.name}/run.googleapis.com/stdout`, ...args], {
      GCS_API_ENDPOINT: emulator.endpoint,
    });

  test('reads the log there and writes the report there, in place of the one before', async () => {
    const uri = `gs://${bucket.name}/reports/iris.html`;

    const first = await drift('--html', uri, '--min-rows', '1000');
    const { code, stdout } = await drift('--html', uri);

    expect(first.code).toBe(0);
    expect(stdout).toContain('iris/1.0.0: no drift; 120 rows of 120 requests');
    expect(code).toBe(0);
    const address = `${emulator.endpoint}/storage/v1/b/${bucket.name}/o/reports%2Firis.html`;
    const html = await (await fetch(`${address}?alt=media`)).text();
    expect(html).toContain('<h3>sepal_length</h3>');
    const { contentType } = (await (await fetch(address)).json()) as { contentType: string };
    expect(contentType).toBe('text/html; charset=utf-8');
  });

  test.each([
    ['gs://no bucket/report.html', 'names no bucket'],
    ['gs://reports', 'expected a file, or gs://bucket/name, got "gs://reports"'],
    ['gs://reports/', 'expected a file, or gs://bucket/name, got "gs://reports/"'],
    ['s3://reports/iris.html', 'expected a file, or gs://bucket/name, got "s3://reports/iris.html"'],
  ])('refuses %s before anything is read', async (uri, message) => {
    const { code, stdout, stderr } = await drift('--html', uri);

    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(64);
  });

  test('says that the bucket of the report is not there', async () => {
    const { code, stderr } = await drift('--html', 'gs://nobody-made-this/report.html');

    expect(stderr).toContain('gs://nobody-made-this/report.html cannot be written\nthe store answered 404');
    expect(code).toBe(1);
  });
});
