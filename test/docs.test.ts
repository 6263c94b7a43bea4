import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT_CODES } from '../cli/exit-code';
import { ERRORS } from '../shared/core/errors';
import { FINDING_CODES } from '../shared/onnx/finding';
import { NO_STATE } from '../shared/registry/model-state';
import {
  notePublished,
  promote,
  retire,
  rollback,
  setShadow,
  splitTraffic,
} from '../shared/registry/state-changes';
import { readConfig } from '../shared/serving/config';
import { routesOf } from '../shared/serving/routes';
import { json, openTestApp, predictRequest } from './test-app';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const README = read('README.md');

/** The names in backquotes of the first column of the table under a heading. */
function firstColumn(text: string, heading: string): string[] {
  const section = text.split(`${heading}\n`)[1]?.split('\n#')[0] ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]+) \|/gm)].map((match) => match[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

test('the README lists exactly the variables that the configuration reads', () => {
  const asked = new Set<string>();
  const env = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });

  // With K_SERVICE set, FUNCTION_TARGET is asked for too.
  readConfig(env);
  asked.add('FUNCTION_TARGET');

  const platform = ['K_SERVICE', 'K_REVISION', 'FUNCTION_TARGET', 'STORAGE_EMULATOR_HOST'];
  const listed = [...firstColumn(README, '## Configuration'), ...platform];
  expect(listed.sort()).toEqual([...asked].sort());
});

test('the README and docs/protocols.md list exactly the routes there are', () => {
  const routes = routesOf('serve', { config: readConfig({}) } as never);

  const cells = [...firstColumn(README, '## API'), ...firstColumn(read('docs/protocols.md'), '# Protocols')];
  const listed = cells.flatMap((cell) => /\/[\w/.:{}-]*$/.exec(cell)?.[0] ?? []);

  const unlisted = ['/assets/{file}', '/favicon.ico'];
  expect([...listed, ...unlisted].sort()).toEqual([...routes.keys()].sort());
});

test('docs/errors.md lists exactly the errors there are', () => {
  const listed = firstColumn(read('docs/errors.md'), '# Errors');

  expect(listed.sort()).toEqual(Object.keys(ERRORS).sort());
});

test('docs/errors.md has each error under its status', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `([\w-]+)` \| (\d{3}) \|/gm)];

  expect(rows.map(([, code, status]) => [code, Number(status)])).toEqual(
    rows.map(([, code]) => [code, ERRORS[code as keyof typeof ERRORS].status]),
  );
});

test('docs/models.md lists exactly the findings there are', () => {
  const table = read('docs/models.md').split('| code | what it means |')[1]?.split('\n\n')[0] ?? '';
  const cells = [...table.matchAll(/^\| (`[^|]+) \|/gm)].map((match) => match[1] ?? '');

  const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
  expect(listed.sort()).toEqual([...FINDING_CODES].sort());
});

test('docs/rollout.md lists exactly the members that a state and its changes can have', () => {
  const note = { at: '2026-01-01T00:00:00.000Z', by: 'ann', reason: 'why not' };
  const changes = [
    notePublished('1.0.0'),
    notePublished('1.1.0'),
    notePublished('2.0.0'),
    promote('1.1.0'),
    rollback(),
    splitTraffic({ '1.0.0': 90, '1.1.0': 10 }),
    setShadow({ version: '1.1.0', percent: 20 }),
    retire(['2.0.0']),
  ];
  const state = changes.reduce((before, change) => change(before, note), NO_STATE);

  const members = [state, ...(state.history ?? [])].flatMap((each) => Object.keys(each));

  const listed = firstColumn(read('docs/rollout.md'), '## The registry');
  expect(listed.sort()).toEqual([...new Set(members)].sort());
});

test('docs/rollout.md lists exactly the exit codes there are', () => {
  const codes = [...read('docs/rollout.md').matchAll(/^\| (\d+) \| /gm)].map((match) => Number(match[1]));

  expect(codes).toEqual(Object.values(EXIT_CODES));
});

test('the first answer of the README is what the service answers', async () => {
  const { request } = openTestApp();
  const body = /-d '(\{"features":\[[^']+)'/.exec(README)?.[1] ?? '';
  const shown = JSON.parse(/```json\n([\s\S]*?)```/u.exec(README)?.[1]?.replace('…', '') ?? '{}') as Record<
    string,
    unknown
  >;

  const answer = json(await request(predictRequest(body)));

  expect(Object.keys(answer)).toEqual(Object.keys(shown));
  expect(answer).toMatchObject({
    prediction: shown['prediction'],
    confidence: expect.closeTo(shown['confidence'] as number, 6),
  });
});

test.each([
  'README.md',
  'docs/access.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/models.md',
  'docs/images.md',
  'docs/errors.md',
  'docs/protocols.md',
  'docs/metrics.md',
  'docs/tracing.md',
  'docs/bulk.md',
  'docs/rollout.md',
  'docs/comparison.md',
  'docs/operations.md',
  'docs/drift.md',
  'deploy/README.md',
  'deploy/terraform/README.md',
  'deploy/monitoring/README.md',
  'deploy/kubernetes/README.md',
])('every link of %s leads somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');

  expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
});
