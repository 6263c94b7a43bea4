import { parseArgs } from 'node:util';

/**
 * The name of the function that this process was started for, found as the Functions Framework finds it:
 * its `--target` flag, else `FUNCTION_TARGET`. The framework tells nobody else.
 */
export function targetName(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: { target: { type: 'string' } },
    strict: false,
  });
  return typeof values.target === 'string' ? values.target : env['FUNCTION_TARGET'];
}
