import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { projectPath } from '../../training/project-path';

/** An environment with the packages of one kind of tests; `test/<name>/install.sh` makes it. */
type Environment = 'clients' | 'mlflow';

/** The interpreter of an environment. */
export function pythonOf(environment: Environment): string {
  return projectPath(`.cache/python/${environment}/bin/python`);
}

/** The clients' Python. */
export const PYTHON = pythonOf('clients');

/** `describe` for suites that need Python: skipped, with the reason printed, where its packages are not installed. */
export function describeWithPython(
  name: string,
  suite: () => void,
  environment: Environment = 'clients',
): void {
  const reason = whyMissing(environment);
  if (reason !== undefined && process.env['REQUIRE_PYTHON'] === '1') throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

function whyMissing(environment: Environment): string | undefined {
  // Written by the script when everything is installed.
  if (!existsSync(projectPath(`.cache/python/${environment}/installed`)))
    return `its Python packages are not there: test/${environment}/install.sh installs them`;
  // An environment that came along with a copied folder may name an interpreter that this machine does not have.
  const { status } = spawnSync(pythonOf(environment), ['--version']);
  return status === 0 ? undefined : `the Python of .cache/python/${environment} does not run`;
}
