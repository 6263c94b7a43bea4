import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { credentials } from '@grpc/grpc-js';
import { readConfig } from '../../../shared/serving/config';
import { createLog } from '../../../shared/serving/log';
import type { LogEntry } from '../../../shared/serving/log-entry';
import { startCloudLoggingServer } from '../../cloud-logging-server';
import { toBigQuery } from '../bigquery-log';
import { type IrisRow, randomOf, resample, serveRows, TRAINING_ROWS, toNdjson } from '../iris-log';
import { runCli } from '../run-cli';

let folder: string;
let usual: readonly LogEntry[];
let strange: readonly LogEntry[];

const shifted = ([length, ...others]: IrisRow): IrisRow => [Number(length) + 2, ...others];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drift-'));
  const rows = resample(TRAINING_ROWS, randomOf(3), 150);
  usual = await serveRows(rows);
  strange = await serveRows(rows.map(shifted), { batch: 25 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** As a sink of Cloud Logging writes an entry to Cloud Storage: what has a place of its own is not in the payload. */
function exported(entry: Record<string, unknown>, timestamp = '2026-10-06T08:30:00.123456Z') {
  const { severity, httpRequest, 'logging.googleapis.com/labels': labels, ...jsonPayload } = entry;
  const resource = { type: 'cloud_run_revision', labels: { service_name: 'predict' } };
  return { insertId: '1', jsonPayload, httpRequest, labels, resource, severity, timestamp };
}

/** As the Cloud Logging client sends entries to the API, and `gcloud logging read` prints them. */
async function sentToApi(entries: readonly LogEntry[]): Promise<Record<string, unknown>[]> {
  const server = await startCloudLoggingServer();
  try {
    const log = createLog(readConfig({ LOG_TRANSPORT: 'cloud', GOOGLE_CLOUD_PROJECT: 'demo-project' }), {
      writeLine: () => {},
      cloudClient: { apiEndpoint: '127.0.0.1', port: server.port, sslCreds: credentials.createInsecure() },
    });
    for (const entry of entries) log.write(entry);
    await log.close();
    // One more tells where the entries come from.
    for (let waits = 0; server.entries.length <= entries.length && waits < 100; waits++) await sleep(100);
    return server.entries.map((entry) => ({ ...entry, timestamp: '2026-10-06T08:30:00.123456Z' }));
  } finally {
    server.close();
  }
}

describe('drift', () => {
  test('finds none in predictions of rows like those of training', async () => {
    const { code, stdout } = await runCli(['drift', 'iris', write('usual.log', toNdjson(usual))]);

    expect(stdout).toMatch(/^iris\/1\.0\.0: no drift; 150 rows of 150 requests\n/);
    expect(stdout).toContain('read 150 entries of 1 file, 150 about predictions of the model');
    expect(code).toBe(0);
  });

  test('exits with 2 and names what has changed', async () => {
    const { code, stdout } = await runCli(['drift', 'iris/1.0.0', write('strange.log', toNdjson(strange))]);

    expect(stdout).toMatch(/iris\/1\.0\.0: drift in \d of 6 columns; 150 rows of 6 requests/);
    expect(stdout).toMatch(/ {2}drift: sepal_length: stability index [\d.]+ \(0\.2 or more is drift\)/);
    expect(code).toBe(2);
  });

  test.each<[what: string, name: string, content: () => string | Uint8Array]>([
    ['exported to Cloud Storage', 'a.json', () => toNdjson(strange.map((entry) => exported(entry)))],
    ['compressed', 'b.json.gz', () => gzipSync(toNdjson(strange.map((entry) => exported(entry))))],
    [
      'printed by gcloud as an array',
      'c.json',
      () =>
        JSON.stringify(
          strange.map((entry) => exported(entry)),
          null,
          2,
        ),
    ],
    ['exported from BigQuery', 'd.json', () => toNdjson(toBigQuery(strange).extracted)],
    ['printed by bq as an array', 'e.json', () => JSON.stringify(toBigQuery(strange).queried)],
    [
      'among lines that are something else',
      'f.log',
      () => `Listening\n\n${toNdjson(strange)}{"message":"other"}\n`,
    ],
  ])('reads a log that was %s', async (_what, name, content) => {
    const { code, stdout } = await runCli(['drift', 'iris', write(name, content()), '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ versions: [{ version: '1.0.0', rows: 150, entries: 6 }] });
    expect(code).toBe(2);
  });

  test('reads entries that were sent through the Cloud Logging API, from BigQuery too', async () => {
    const sent = await sentToApi(strange);
    const table = toBigQuery(sent.map(({ jsonPayload }) => jsonPayload as Record<string, unknown>));

    for (const log of [sent, table.extracted, table.queried]) {
      const args = ['drift', 'iris', write('api.json', toNdjson(log)), '--since', '2026-10-06', '--json'];
      const { code, stdout } = await runCli(args);

      expect(JSON.parse(stdout)).toMatchObject({
        versions: [{ version: '1.0.0', rows: 150, entries: 6, rowsWithoutInputs: 0 }],
      });
      expect(code).toBe(2);
    }
  });

  test('reads folders and standard input', async () => {
    const root = join(folder, 'sink');
    write(
      'sink/2026/10/05/08:00:00_08:59:59_S0.json',
      toNdjson(usual.map((entry) => exported(entry, '2026-10-05T08:10:00Z'))),
    );
    write('sink/2026/10/06/08:00:00_08:59:59_S0.json', toNdjson(strange.map((entry) => exported(entry))));
    const args = ['dist/cli.js', 'drift', 'iris', root, '-', '--min-rows', '1', '--json'];

    const read = () =>
      execFileSync(process.execPath, args, { input: toNdjson(usual.slice(0, 10)), encoding: 'utf8' });

    expect(read).toThrow(expect.objectContaining({ status: 2 }));
    expect(JSON.parse((await runCli(['drift', 'iris', root, '--json'])).stdout)).toMatchObject({
      log: { files: 2, predictions: 156 },
    });
  });

  test('leaves out what is not in the window, and does not open files of other days', async () => {
    const root = join(folder, 'sink');

    const { code, stdout } = await runCli(['drift', 'iris', root, '--until', '2026-10-06', '--json']);
    const later = await runCli(['drift', 'iris', root, '--since', '2026-10-12', '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ log: { files: 2, predictions: 150, outsideWindow: 6 } });
    expect(code).toBe(0);
    expect(JSON.parse(later.stdout)).toMatchObject({ log: { files: 0 }, versions: [] });
    expect(later.code).toBe(0);
  });

  test('exits with 0 after a quiet day, and says that there was nothing to judge', async () => {
    const log = write('dated.log', toNdjson(usual.map((entry) => exported(entry))));
    const args = ['drift', 'iris', log, '--since', '2036-10-06'];

    const { code, stdout } = await runCli(args);
    const { stdout: document } = await runCli([...args, '--json']);

    expect(stdout).toMatch(/^no predictions of iris since 2036-10-06 00:00 \(UTC\): nothing to judge\n/);
    expect(JSON.parse(document)).toMatchObject({ rows: 0, verdict: 'nothing to judge' });
    expect(code).toBe(0);
  });

  test('exits with 0 after an hour with too few rows, and says that they are not enough to judge', async () => {
    const args = ['drift', 'iris', write('few.log', toNdjson(strange.slice(0, 1)))];

    const { code, stdout } = await runCli(args);
    const { stdout: document } = await runCli([...args, '--json']);

    expect(stdout).toContain('iris/1.0.0: not enough to judge: 25 rows, 100 are needed');
    expect(JSON.parse(document)).toMatchObject({ rows: 25, verdict: 'not enough to judge' });
    expect(code).toBe(0);
  });

  test('exits with 0 where the log is of other models only', async () => {
    const others = usual.map((entry) => ({ ...entry, model: 'wine' }));

    const { code, stdout } = await runCli(['drift', 'iris', write('wine.log', toNdjson(others))]);

    expect(stdout).toMatch(/^no predictions of iris: nothing to judge\n/);
    expect(stdout).toContain('there are predictions of wine');
    expect(code).toBe(0);
  });

  test('exits with 1 where nothing can ever be compared, and says why', async () => {
    const unknown = { ...usual[0], version: '9.9.9' };

    const { code, stdout } = await runCli([
      'drift',
      'iris',
      write('gone.log', toNdjson([unknown, usual[1]])),
    ]);

    expect(stdout).toContain('iris/1.0.0: not enough to judge: 1 row, 100 are needed');
    expect(stdout).toContain('iris/9.9.9: not compared: the registry does not have it');
    expect(code).toBe(1);
  });

  test('exits with 1 where no entry says when it was made', async () => {
    const args = ['drift', 'iris', write('undated.log', toNdjson(usual)), '--since', '24h'];

    const { code, stdout } = await runCli(args);

    expect(stdout).toContain('150 do not say when');
    expect(code).toBe(1);
  });

  test('exits with 1 where the registry has no such version', async () => {
    const { code, stdout } = await runCli(['drift', 'iris/9.9.9', write('usual.log', toNdjson(usual))]);

    expect(stdout).toContain('the registry has no iris/9.9.9');
    expect(code).toBe(1);
  });

  test('names the models of the log where the registry does not have the one asked for', async () => {
    const { code, stdout } = await runCli(['drift', 'irsi', write('usual.log', toNdjson(usual))]);

    expect(stdout).toContain('the registry has no model "irsi"');
    expect(stdout).toContain('0 about predictions of the model; there are predictions of iris');
    expect(code).toBe(1);
  });

  test('says how to have a log that it can read', async () => {
    const { code, stdout } = await runCli(['drift', 'iris', write('text.log', 'INFO predicted setosa\n')]);

    expect(stdout).toContain('1 lines are no JSON; run the server with LOG_FORMAT=json');
    expect(code).toBe(1);
  });

  test('judges each version by its own traffic', async () => {
    const newer = strange.map((entry) => ({ ...entry, version: '1.1.0' }));
    const log = write('both.log', toNdjson([...usual, ...newer]));

    const { code, stdout } = await runCli(['drift', 'iris', log]);
    const older = await runCli(['drift', 'iris/1.0.0', log]);

    expect(stdout).toMatch(/^iris\/1\.0\.0: no drift; 150 rows of 150 requests\n/);
    expect(stdout).toMatch(/^iris\/1\.1\.0: drift in \d of 6 columns; 150 rows of 6 requests\n/m);
    expect(code).toBe(2);
    expect(older.code).toBe(0);
  });

  test('takes other thresholds', async () => {
    const args = ['--psi', '50', '--ks', '1', '--out-of-range', '1', '--missing', '1'];

    const { code } = await runCli(['drift', 'iris', join(folder, 'strange.log'), ...args]);

    expect(code).toBe(0);
  });

  test.each([
    ['--since', 'yesterday', 'expected a date, as in 2026-10-06'],
    ['--alpha', '7', 'expected a number from 0 to 1, got "7"'],
    ['--psi', '-1', 'expected a number above 0, got "-1"'],
  ])('refuses %s %s', async (option, value, message) => {
    const { code, stderr } = await runCli(['drift', 'iris', join(folder, 'strange.log'), option, value]);

    expect(stderr).toContain(message);
    expect(code).toBe(64);
  });

  test('says that a log is not there', async () => {
    const { code, stderr } = await runCli(['drift', 'iris', '/nowhere.log']);

    expect(stderr).toBe('there is no log at /nowhere.log\n');
    expect(code).toBe(4);
  });

  test('says which file is broken', async () => {
    const path = write('cut.gz', gzipSync(toNdjson(usual)).subarray(0, 500));

    const { code, stderr } = await runCli(['drift', 'iris', path]);

    expect(stderr).toContain(`${path} cannot be read\nthe file is not what gzip makes, or not all of it`);
    expect(code).toBe(1);
  });

  test('writes a report that needs nothing else, in which names are only names', async () => {
    const path = join(folder, 'report.html');
    await runCli(['drift', 'iris', join(folder, 'strange.log'), '--html', path]);

    const html = readFileSync(path, 'utf8');

    expect(html).toContain('<h3>sepal_length</h3>');
    expect(html.match(/<svg /g)).toHaveLength(6);
    expect(html).not.toMatch(/<script|https?:\/\/|url\(|@import/);
  });

  test('says in its help what each exit code means', async () => {
    const { stdout } = await runCli(['drift', '--help']);

    const [, codes = ''] = /Exit codes: (.*?)\n\n/s.exec(stdout) ?? [];
    expect(codes.split(';').map((each) => Number.parseInt(each, 10))).toEqual([0, 2, 1, 4, 64]);
  });
});
