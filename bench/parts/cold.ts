import { interleave } from '../measure/interleave';
import { type Spread, spreadOf } from '../measure/statistics';
import { roundsOf } from '../options';
import { compare } from '../report/outcome';
import type { PartResult } from '../report/part-result';
import type { Table } from '../report/table';
import { NAMES } from '../servers/contenders';
import { type Field, fieldOf } from '../servers/field';
import { coldStart } from '../servers/server';
import type { Workbench } from '../workbench';

const FROM_BUCKET = 'predict (function), GCS emulator';

/** Measures from before a process is made to its first 200. */
export async function measureCold(bench: Workbench): Promise<PartResult> {
  const { present, missing } = await openField(bench);
  const starts = new Map(present.map((contender) => [contender.name, () => coldStart(contender)]));
  // The first start of each reads its files from the disk; the others find them in memory.
  await interleave(1, starts);
  const samples = await interleave(roundsOf(bench.options, 15), starts);
  return {
    outcomes: {
      coldLocal: compare(samples, NAMES.predict, NAMES.bare, missing),
      coldBucket: compare(samples, FROM_BUCKET, NAMES.bare, missing),
      coldPython: compare(samples, NAMES.predict, NAMES.fastapi, missing),
    },
    ...describe(new Map([...samples].map(([name, times]) => [name, spreadOf(times)]))),
    samples: Object.fromEntries(samples),
  };
}

async function openField(bench: Workbench): Promise<Field> {
  const [product, peers, bucket] = await Promise.all([bench.product(), bench.peers(), bench.bucket()]);
  const fromBucket =
    'missing' in bucket
      ? bucket
      : {
          value: product.predict({
            name: FROM_BUCKET,
            // A deployment names its model; the bucket has several.
            env: {
              GCS_API_ENDPOINT: bucket.value.endpoint,
              MODEL_REGISTRY: 'gs://models/iris',
              MODEL_NAME: 'iris',
            },
          }),
        };
  return fieldOf(
    new Map([
      [NAMES.predict, { value: product.predict() }],
      [NAMES.bare, { value: peers.bare() }],
      [FROM_BUCKET, fromBucket],
      [NAMES.server, { value: product.server() }],
      [NAMES.bareHttp, { value: peers.bareHttp() }],
      [NAMES.fastapi, await bench.fastapi()],
    ]),
  );
}

function describe(spreads: ReadonlyMap<string, Spread>): Pick<PartResult, 'tables' | 'charts'> {
  const table: Table = {
    title: 'Cold start: process start to first 200, ms',
    columns: ['contender', 'median', 'min', 'max'],
    rows: [...spreads].map(([name, { median, min, max }]) => [
      name,
      ...[median, min, max].map((ms) => ms.toFixed(0)),
    ]),
  };
  const bars = [...spreads].map(([label, { median, min, max }]) => ({ label, value: median, min, max }));
  return {
    tables: [table],
    charts: [{ kind: 'bars', title: 'Cold start', unit: 'ms to the first 200', bars }],
  };
}
