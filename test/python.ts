import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { projectPath } from '../training/project-path';

/** A Python of its own with packages that tests need, below .cache/python. */
export interface PythonEnvironment {
  /** The path of its interpreter. */
  readonly python: string;
  /** `describe` for suites that need it: skipped, with the reason printed, where it is not installed. */
  describe(name: string, suite: () => void): void;
}

/** The environment that a script of the tests installs. */
export function pythonEnvironment(name: string, script: string): PythonEnvironment {
  const python = projectPath(`.cache/python/${name}/bin/python`);

  function whyMissing(): string | undefined {
    // Written by the script when everything is installed.
    if (!existsSync(projectPath(`.cache/python/${name}/installed`))) {
      return `its Python packages are not there: ${script} installs them`;
    }
    // An environment that came along with a copied folder may name an interpreter that this machine does not have.
    const { status } = spawnSync(python, ['--version']);
    return status === 0 ? undefined : `the Python of .cache/python/${name} does not run`;
  }

  return {
    python,
    describe(suiteName, suite) {
      const reason = whyMissing();
      if (reason !== undefined && process.env['REQUIRE_PYTHON'] === '1')
        throw new Error(`required: ${reason}`);
      if (reason !== undefined) process.stderr.write(`skipped: ${suiteName}: ${reason}\n`);
      (reason === undefined ? describe : describe.skip)(suiteName, suite);
    },
  };
}
