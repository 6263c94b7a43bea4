// Seals one version of a model before it is published: seal MODEL/VERSION [--registry DIR] [--prepacking]
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { projectPath } from '../training/project-path';
import type { LoadCost } from './load-cost';
import { sealVersion } from './seal-version';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    registry: { type: 'string', default: projectPath('model-artifacts') },
    prepacking: { type: 'boolean', default: false },
  },
});

const USAGE = 'usage: npm run seal -- MODEL/VERSION [--registry DIR] [--prepacking]';

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const [name = '', ...others] = positionals;
  const [model, version, ...rest] = name.split('/');
  if (!model || !version || rest.length > 0 || others.length > 0) throw new Error(USAGE);
  const { registry, prepacking } = values;
  if (registry.includes('://')) throw new Error('seal a version in a folder, before it is uploaded');
  const sealed = await sealVersion({ registry, model, version, prepacking });
  console.log(`sealed ${name} for ONNX Runtime ${sealed.runtime}: ${sealed.file}, the same answers`);
  const portable = await loadCost(registry, name, 'portable');
  console.log(compare(portable, await loadCost(registry, name, 'sealed')));
}

const run = promisify(execFile);

/** Measured in a new process each, because memory that was used once stays in the peak. */
async function loadCost(registry: string, name: string, variant: 'portable' | 'sealed'): Promise<LoadCost> {
  const program = [projectPath('build/run.mjs'), projectPath('cli/load-cost.ts')];
  const { stdout } = await run(process.execPath, [...program, registry, name, variant]);
  return JSON.parse(stdout) as LoadCost;
}

function compare(portable: LoadCost, sealed: LoadCost): string {
  const line = (what: string, of: (cost: LoadCost) => number, unit: string, digits: number) =>
    `  ${what.padEnd(20)} ${of(portable).toFixed(digits)} ${unit} portable, ${of(sealed).toFixed(digits)} ${unit} sealed`;
  return [
    line('session', ({ sessionMs }) => sessionMs, 'ms', 0),
    line('peak memory', ({ peakBytes }) => peakBytes / 1e6, 'MB', 0),
    line('run of 1 row', ({ runMs }) => runMs[1], 'ms', 2),
    line('run of 8 rows', ({ runMs }) => runMs[8], 'ms', 2),
  ].join('\n');
}
