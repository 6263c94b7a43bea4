import type { AddCommand } from '../command';
import { parseVersionName } from '../version-name';

/** Measures one load: `seal` runs it in a new process for each of the two that it compares. */
export const addLoadCost: AddCommand = (program, { globals, action }) => {
  program
    .command('load-cost', { hidden: true })
    .argument('<model/version>')
    .argument('<portable|sealed>')
    .action(
      action(async (name: string, variant: string) => {
        const { measureLoad } = await import('../load-cost');
        const cost = await measureLoad(globals().registry, parseVersionName(name), variant);
        return { json: cost, lines: [JSON.stringify(cost)] };
      }),
    );
};
