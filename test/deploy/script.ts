import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's root folder. */
export const ROOT = join(__dirname, '../..');

/** What a script left behind. */
export interface ScriptResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script that runs. */
export interface RunningScript {
  /** Resolves when its standard error holds `text`, or when it has ended. */
  untilStderr(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<ScriptResult>;
}

/**
 * Runs one of the scripts in `deploy/` to its end, asynchronously: the services it calls may be in this process.
 *
 * @param env its whole environment besides `PATH` and `HOME`, so that nothing of the developer's own leaks in.
 */
export function runScript(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ScriptResult> {
  return startScript(name, args, env).ended;
}

/** Starts one as `runScript` does, and does not wait. */
export function startScript(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningScript {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(join(ROOT, 'deploy', name), args, { env: { PATH, HOME, ...env }, stdio: 'pipe' });
  child.stdin.end();
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = new Promise<ScriptResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() }));
  });
  return {
    untilStderr: (text) =>
      new Promise((resolve) => {
        const look = () => stderr().includes(text) && resolve();
        child.stderr.on('data', look);
        child.on('close', () => resolve());
        look();
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** The upper-case variables that a script expands with a default, or takes from a list of names. */
export function settingsReadBy(path: string): string[] {
  const script = readFileSync(join(ROOT, path), 'utf8');
  const expanded = [...script.matchAll(/\$\{([A-Z_]+):?[-+]/g)].map(([, name = '']) => name);
  const listed = /for name in ([A-Z_ ]+);/.exec(script)?.[1]?.split(' ') ?? [];
  return [...new Set([...expanded, ...listed])];
}
