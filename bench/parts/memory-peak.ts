import { join } from 'node:path';
import { interleave } from '../measure/interleave';
import { ratioOf, spreadOf } from '../measure/statistics';
import { roundsOf } from '../options';
import { prepareLargeModel } from '../prepare/large-model';
import type { Outcome } from '../report/outcome';
import type { PartResult } from '../report/part-result';
import type { Contender } from '../servers/contender';
import { NAMES } from '../servers/contenders';
import { startServer } from '../servers/server';
import type { Workbench } from '../workbench';

const FROM_BUCKET = 'predict, 100 MB model from the GCS emulator';
const FROM_FOLDER = 'predict, 100 MB model from a folder';
const BARE_LARGE = 'bare function, 100 MB model';

/** Measures the most memory that a process had when it first answered. */
export async function measurePeak(bench: Workbench): Promise<PartResult> {
  const { folder, artifact, manifest } = await prepareLargeModel();
  const [product, peers, bucket] = await Promise.all([bench.product(), bench.peers(), bench.bucket()]);
  const contenders = [
    peers.bare(),
    peers.bare({ name: BARE_LARGE, env: { MODEL_FILE: join(folder, artifact) } }),
    product.predict({ name: FROM_FOLDER, env: { MODEL_REGISTRY: folder } }),
  ];
  if ('value' in bucket) {
    const env = {
      // As a deployment names them; without, the registry is listed first.
      MODEL_NAME: manifest.name,
      MODEL_VERSION: manifest.version,
      MODEL_REGISTRY: await bucket.value.add(folder, 'large'),
      GCS_API_ENDPOINT: bucket.value.endpoint,
    };
    contenders.push(product.predict({ name: FROM_BUCKET, env }));
  }
  const variants = new Map(contenders.map((contender) => [contender.name, () => peakOf(contender)]));
  const samples = await interleave(roundsOf(bench.options, 5), variants);
  return report(samples, manifest.artifact.bytes / 1e6);
}

async function peakOf(contender: Contender): Promise<number> {
  const server = await startServer(contender);
  const { peakResidentMb } = server.facts();
  await server.stop();
  return peakResidentMb;
}

function report(samples: ReadonlyMap<string, readonly number[]>, modelMb: number): PartResult {
  return {
    outcomes: { peakMemory: compareWithModel(samples, modelMb) },
    tables: [
      {
        title: 'Most memory that was resident until the first answer, MB',
        columns: ['process', 'median', 'min', 'max'],
        rows: [...samples].map(([name, megabytes]) => {
          const { median, min, max } = spreadOf(megabytes);
          return [name, ...[median, min, max].map((value) => value.toFixed(0))];
        }),
      },
    ],
    charts: [],
    samples: Object.fromEntries(samples),
  };
}

/** From the bucket where there is one: a download needs memory that reading a file may not. */
function compareWithModel(samples: ReadonlyMap<string, readonly number[]>, modelMb: number): Outcome {
  const fromBucket = samples.get(FROM_BUCKET);
  const ours = fromBucket ?? samples.get(FROM_FOLDER) ?? [];
  const least = (samples.get(NAMES.bare) ?? []).map((megabytes) => megabytes + modelMb);
  const measured = ratioOf(ours, least);
  return fromBucket === undefined ? { measured, note: 'from a folder: there is no emulator' } : { measured };
}
