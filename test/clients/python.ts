import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { projectPath } from '../../training/project-path';

/** The environment's Python; test/clients/install.sh makes it. */
export const PYTHON = projectPath('.cache/python/clients/bin/python');

/** Written by the script when everything is installed. */
const INSTALLED = projectPath('.cache/python/clients/installed');

/** `describe` for suites that need Python clients: skipped, with the reason printed, where they are not installed. */
export function describeWithPython(name: string, suite: () => void): void {
  const reason = whyMissing();
  if (reason !== undefined && process.env['REQUIRE_PYTHON'] === '1') throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

function whyMissing(): string | undefined {
  if (!existsSync(INSTALLED))
    return 'the Python clients are not there: test/clients/install.sh installs them';
  // An environment that came along with a copied folder may name an interpreter that this machine does not have.
  const { status } = spawnSync(PYTHON, ['--version']);
  return status === 0 ? undefined : 'the Python of .cache/python/clients does not run';
}
