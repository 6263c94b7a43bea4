import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeKeySet } from '../key-sets';
import { json, openTestApp, predictRequest } from '../test-app';

const folder = mkdtempSync(join(tmpdir(), 'access-readiness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEYS = writeKeySet([{ name: 'ada', key: 'key-of-ada' }]);
const PROBES = ['/ready', '/v2/health/ready', '/vertex/health'];

/** A service whose keys are in a file, with its model loaded. */
async function openService(file: string) {
  const service = openTestApp({
    ACCESS: 'keys',
    API_KEYS_FILE: file,
    AIP_HTTP_PORT: '8080',
    AIP_HEALTH_ROUTE: '/vertex/health',
    AIP_PREDICT_ROUTE: '/vertex/predict',
  });
  service.app.preload();
  await until(async () => json(await service.request({ path: '/' }))['model_loaded'] === true);
  return service;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries === 1_000) throw new Error('it did not come to be');
    await sleep(5);
  }
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('a service that cannot read its keys', () => {
  test.each([
    ['that are not there', () => join(folder, 'nowhere.json')],
    ['that are cut short', () => write('cut.json', KEYS.slice(0, 20))],
  ])('%s is not ready, since it could let nobody in', async (_, makeFile) => {
    const { request } = await openService(makeFile());

    for (const path of PROBES) {
      const answer = await request({ path });

      expect({ path, status: answer.status }).toEqual({ path, status: 503 });
      expect(answer.body).toContain('the API keys cannot be read');
    }
    expect((await request({ path: '/health' })).status).toBe(200);
  });

  test('says so once, in the log, before anybody calls', async () => {
    const file = join(folder, 'silent.json');
    const { entries, request } = await openService(file);
    await until(async () => entries.length > 0);
    await request({ path: '/ready' });

    expect(entries.filter(({ severity }) => severity === 'ERROR')).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(`reading the API keys from ${file} failed`),
      }),
    ]);
  });

  test('is ready once they are there', async () => {
    const file = join(folder, 'late.json');
    const { request } = await openService(file);
    expect((await request({ path: '/ready' })).status).toBe(503);
    write('late.json', KEYS);

    expect((await request({ path: '/ready' })).status).toBe(200);
  });

  test('stays ready if it could before, and lets in whom it let in', async () => {
    const file = write('lost.json', KEYS);
    const { request } = await openService(file);
    expect((await request({ path: '/ready' })).status).toBe(200);
    rmSync(file);
    const prediction = predictRequest({ features: [5.1, 3.5, 1.4, 0.2] });
    const headers = { ...prediction.headers, 'x-api-key': 'key-of-ada' };

    expect((await request({ path: '/ready' })).status).toBe(200);
    expect((await request({ ...prediction, headers })).status).toBe(200);
  });
});
