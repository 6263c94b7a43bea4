import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commitOf, systemOf } from '../../bench/machine';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commit-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A repository with one commit. @returns its hash as it is written in a report. */
function commitAll(): string {
  write('shared/answer.ts', 'one');
  write('bench/results/report.md', 'one');
  write('docs/comparison.md', 'one');
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=One');
  return git('rev-parse', '--short', 'HEAD');
}

test('a run is of a commit though an earlier one has written its results', async () => {
  const hash = commitAll();
  write('bench/results/report.md', 'two');
  write('bench/results/compare/new.svg', 'two');
  write('docs/comparison.md', 'two');

  expect(await commitOf(folder)).toBe(hash);
});

test.each(['shared/answer.ts', 'shared/new.ts', 'docs/performance.md'])(
  'a run with a change of %s says so',
  async (path) => {
    const hash = commitAll();
    write(path, 'two');

    expect(await commitOf(folder)).toBe(`${hash} with changes`);
  },
);

test('what is not in git has no commit', async () => {
  expect(await commitOf(folder)).toBe('none');
});

test.each([
  ['linux', '6.1.0-18-cloud-amd64', 'linux 6.1.0'],
  ['linux', '6.6.87.2-microsoft-standard-WSL2', 'linux 6.6.87.2'],
  ['linux', '5.10.0+', 'linux 5.10.0'],
  ['darwin', '24.1.0', 'darwin 24.1.0'],
  ['linux', 'custom', 'linux'],
])(
  'the system is told by its kernel, not by how its host calls the build: %s %s',
  (platform, release, told) => {
    expect(systemOf(platform, release)).toBe(told);
  },
);
