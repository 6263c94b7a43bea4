import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectPath } from '../training/project-path';

const run = promisify(execFile);
const cache = projectPath('.cache/npm');

/** What the machine's npm needs to reach its packages; everything else that its owner has set stays out. */
const SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy'];

/** One version of npm, as it behaves for somebody who has configured nothing. */
export interface Npm {
  /** Runs a command in a folder, and resolves with what it printed. */
  run(folder: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }>;
}

/**
 * Gives the newest npm of a major version, installed into `.cache/npm/<major>` now or before.
 *
 * @param node the path of the Node that runs it.
 */
export async function npmOf(major: number, node: string): Promise<Npm> {
  const folder = join(cache, String(major));
  const program = join(folder, 'node_modules/npm/bin/npm-cli.js');
  if (!existsSync(program)) {
    const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', '--prefix', folder, ...flags, `npm@${major}`]);
  }
  const env = unconfigured();
  return { run: (cwd, ...args) => run(node, [program, ...args], { cwd, env }) };
}

/** The environment without a trace of the npm that runs the tests, or of the user's own settings. */
function unconfigured(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return {
    ...Object.fromEntries(kept),
    npm_config_userconfig: writeSettings(),
    npm_config_update_notifier: 'false',
  };
}

function writeSettings(): string {
  const settings = execFileSync('npm', ['config', 'get', ...SETTINGS], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  mkdirSync(cache, { recursive: true });
  const file = join(cache, 'npmrc');
  const lines = settings.split('\n');
  writeFileSync(file, lines.filter((line) => !/=(null|undefined)$/.test(line)).join('\n'));
  return file;
}
