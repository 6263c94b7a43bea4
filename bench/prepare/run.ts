import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Enough of a program's complaint to act on; npm adds its manual to its own. */
const COMPLAINT_CHARACTERS = 1_500;

/** Runs a program to its end and gives what it printed. @throws {Error} with its complaint when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { cwd, env } = options;
  try {
    const { stdout } = await execute(program, args, {
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
      ...(cwd !== undefined && { cwd }),
    });
    return stdout.trim();
  } catch (error) {
    const { message, stderr = message } = error as { message: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed: ${stderr.slice(0, COMPLAINT_CHARACTERS)}`);
  }
}
