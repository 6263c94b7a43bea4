import { join } from 'node:path';
import { spreadOf } from '../measure/statistics';
import { run } from '../prepare/run';
import type { PartResult } from '../report/part-result';
import type { Workbench } from '../workbench';

/** Measures what is deployed, on disk. */
export async function measureSize(bench: Workbench): Promise<PartResult> {
  const [deployed, plain] = await Promise.all([bench.deployedFolder(), bench.plainFolder()]);
  const sizes = {
    '`node_modules` as deployed': await diskMegabytes(join(deployed, 'node_modules')),
    'everything deployed': await diskMegabytes(deployed),
    '`node_modules` of a plain install': await diskMegabytes(join(plain, 'node_modules')),
  };
  const ours = sizes['`node_modules` as deployed'];
  const theirs = sizes['`node_modules` of a plain install'];
  return {
    outcomes: { deployedSize: { measured: spreadOf([ours]), note: `${theirs.toFixed(0)} MB plain` } },
    tables: [
      {
        title: 'Size on disk, MB',
        columns: ['what', 'MB'],
        rows: Object.entries(sizes).map(([what, megabytes]) => [what, megabytes.toFixed(0)]),
      },
    ],
    charts: [],
    samples: sizes,
  };
}

/** What files take on disk, in MB (10^6 bytes). */
async function diskMegabytes(folder: string): Promise<number> {
  const [kibibytes] = (await run('du', ['-sk', folder])).split('\t');
  return (Number(kibibytes) * 1024) / 1e6;
}
