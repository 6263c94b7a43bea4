import { execFile } from 'node:child_process';
import { projectPath } from '../../training/project-path';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the package's program as a shell would, in the root of the project or elsewhere. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { cwd = projectPath('.') }: { readonly cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env } };
    execFile(projectPath('dist/cli.js'), args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
