import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../shared/access/key-set';
import { openTestApp } from '../test-app';
import { runCli } from './run-cli';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  file = join(folder, 'api-keys.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keys = (...args: readonly string[]) => runCli(['keys', ...args], { API_KEYS_FILE: file });

interface KeyFile {
  readonly keys: readonly Record<string, unknown>[];
}
const written = () => JSON.parse(readFileSync(file, 'utf8')) as KeyFile;

describe('keys create', () => {
  test('prints the key, and keeps nothing of it but its SHA-256', async () => {
    const { code, stdout, stderr } = await keys('create', 'team-a');

    const key = stdout.trim();
    expect(code).toBe(0);
    expect(key).toMatch(/^ofk_[\w-]{43}$/);
    expect(stderr).toBe(
      `a server with ACCESS=keys API_KEYS_FILE=${file} takes it in the header X-API-Key\n` +
        `the key of "team-a", which is not shown again; ${file} has its SHA-256:\n`,
    );
    expect(written().keys).toEqual([
      { name: 'team-a', sha256: digestOf(key).toString('hex'), created: expect.any(String) },
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(4));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('says what the key is good for', async () => {
    await keys('create', 'team-a', '--expires', '90d', '--models', 'iris, digits', '--rate', '600/min');
    const { stdout } = await keys('list', '--json');

    const inDays = (text: unknown) => (new Date(String(text)).getTime() - Date.now()) / 86_400_000;
    expect(written().keys).toMatchObject([{ models: ['iris', 'digits'], rate: '600/min' }]);
    expect(inDays(written().keys[0]?.['expires'])).toBeCloseTo(90, 1);
    expect(JSON.parse(stdout)).toMatchObject({
      keys: [{ name: 'team-a', state: 'active', rate: '600/min' }],
    });
  });

  test('loses none of those that are made at the same time', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];

    await Promise.all(names.map((name) => keys('create', name)));

    expect(
      written()
        .keys.map(({ name }) => name)
        .sort(),
    ).toEqual(names);
  });

  test.each([
    ['a name with a space', ['team a'], 'expected a name of up to 64 letters'],
    ['a time that is past', ['x', '--expires', '2020-01-01'], '--expires: expected a number of days'],
    ['a time that is none', ['x', '--expires', 'soon'], '--expires: expected a number of days'],
    ['a rate that is none', ['x', '--rate', 'often'], '--rate: expected rows/window as in 600/min'],
    ['a model that cannot be', ['x', '--models', 'Iris!'], 'expected the name of a model'],
    ['a name that is taken', ['taken'], 'has a key "taken" already'],
  ])('refuses %s', async (_, args, message) => {
    await keys('create', 'taken');

    const { code, stdout, stderr } = await keys('create', ...args);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('does not give the name of a revoked key again', async () => {
    await keys('create', 'gone');
    await keys('revoke', 'gone');

    const { code, stderr } = await keys('create', 'gone');

    expect(code).toBe(64);
    expect(stderr).toContain('has a key "gone" already, which was revoked: give another name');
  });
});

describe('keys list', () => {
  test('is a table of what there is', async () => {
    await keys('create', 'team-a', '--rate', '600/min');
    await keys('create', 'b', '--models', 'iris');
    await keys('revoke', 'b');

    const { stdout } = await keys('list');

    const today = new Date().toISOString().slice(0, 10);
    expect(stdout.split('\n')).toEqual([
      'name    state    created     expires  models  rate',
      `team-a  active   ${today}  -        all     600/min`,
      `b       revoked  ${today}  -        iris    -`,
      '',
    ]);
  });

  test('names what is wrong with a file', async () => {
    const { code, stderr } = await runCli(['keys', 'list', '--file', 'package.json']);

    expect(code).toBe(1);
    expect(stderr).toContain('package.json is not a set of keys\n/name: expected no other members than keys');
  });
});

describe('keys revoke', () => {
  test('ends a key at a running service', async () => {
    const { stdout } = await keys('create', 'team-a');
    const { request } = openTestApp({ ACCESS: 'keys', API_KEYS_FILE: file, API_KEYS_REFRESH_MS: '0' });
    const ask = () => request({ path: '/model-info', headers: { 'x-api-key': stdout.trim() } });
    const before = await ask();

    const { code, stdout: told } = await keys('revoke', 'team-a');

    expect([code, told]).toEqual([0, `revoked "team-a" in ${file}\n`]);
    expect([before.status, (await ask()).status]).toEqual([200, 401]);
  });

  test('does not know a key that is not there', async () => {
    const { code, stderr } = await keys('revoke', 'nobody');

    expect({ code, stderr }).toEqual({ code: 4, stderr: `${file} has no key "nobody"\n` });
  });
});

test('a model that is run by the command line itself asks for no key', async () => {
  const env = { API_KEYS_FILE: file, ACCESS: 'keys', RATE_LIMIT: '1/h' };

  const { code, stdout } = await runCli(['predict', 'iris', '--data', '[5.1, 3.5, 1.4, 0.2]'], env);

  expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
    code: 0,
    answer: { prediction_label: 'setosa' },
  });
});
