import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AddCommand } from '../command';
import { UsageError } from '../exit-code';
import type { LoadCost } from '../load-cost';
import { parseVersionName } from '../version-name';

/** Prepares a version ahead for one version of ONNX Runtime, before it is published. */
export const addSeal: AddCommand = (program, { globals, action }) => {
  program
    .command('seal')
    .description(
      'prepare a version ahead, so that its session is there ten times sooner; before it is published',
    )
    .argument('<model/version>')
    .option(
      '--prepacking',
      'keep copying the weights of matrix products into a faster order on loading',
      false,
    )
    .addHelpText('after', '\nExample:\n  onnx-functions seal resnet50/1.0.0')
    .action(
      action(async (name: string, { prepacking }: { readonly prepacking: boolean }) => {
        const { model, version } = parseVersionName(name);
        const { registry } = globals();
        if (registry.includes('://'))
          throw new UsageError('seal a version in a folder, before it is published');
        const { sealVersion } = await import('../seal-version');
        const sealed = await sealVersion({ registry, model, version, prepacking });
        const portable = await loadCost(registry, name, 'portable');
        const cost = await loadCost(registry, name, 'sealed');
        return {
          json: { model, version, sealed, cost: { portable, sealed: cost } },
          lines: [
            `sealed ${name} for ONNX Runtime ${sealed.runtime}: ${sealed.file}, the same answers`,
            ...compare(portable, cost),
          ],
        };
      }),
    );
};

const run = promisify(execFile);

/** Measured in a new process each, because memory that was used once stays in the peak. */
async function loadCost(registry: string, name: string, variant: 'portable' | 'sealed'): Promise<LoadCost> {
  const [, program = ''] = process.argv;
  const args = [program, 'load-cost', name, variant, '--registry', registry, '--json'];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout) as LoadCost;
}

function compare(portable: LoadCost, sealed: LoadCost): string[] {
  const line = (what: string, of: (cost: LoadCost) => number, unit: string, digits: number) =>
    `  ${what.padEnd(20)} ${of(portable).toFixed(digits)} ${unit} portable, ${of(sealed).toFixed(digits)} ${unit} sealed`;
  return [
    line('session', ({ sessionMs }) => sessionMs, 'ms', 0),
    line('peak memory', ({ peakBytes }) => peakBytes / 1e6, 'MB', 0),
    line('run of 1 row', ({ runMs }) => runMs[1], 'ms', 2),
    line('run of 8 rows', ({ runMs }) => runMs[8], 'ms', 2),
  ];
}
