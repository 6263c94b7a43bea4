import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { interleave } from '../measure/interleave';
import { spreadOf } from '../measure/statistics';
import { roundsOf } from '../options';
import { type LargeModel, prepareLargeModel } from '../prepare/large-model';
import type { ModelBucket } from '../prepare/model-bucket';
import { run } from '../prepare/run';
import { compare } from '../report/outcome';
import type { PartResult } from '../report/part-result';
import type { Workbench } from '../workbench';

const OURS = 'download, verify and create the session';
const DOWNLOAD = 'of that, the verified download';
const SESSION = 'of that, the session';
const PREFIX = 'large';

/** Fewest and most ranges of the plain download; the faster one is what is compared with. */
const RANGES = [1, 4, 8] as const;

/** Measures how long a model of 100 MB takes from the bucket to its session. */
export async function measureLargeLoad(bench: Workbench): Promise<PartResult> {
  const bucket = await bench.bucket();
  if ('missing' in bucket) return notRun(bucket.missing);
  const model = await prepareLargeModel();
  const uri = await bucket.value.add(model.folder, PREFIX);
  const variants = new Map([
    [OURS, () => loadModel(bench.node, uri, bucket.value.endpoint)],
    ...RANGES.map((ranges) => [plain(ranges), () => download(bench, bucket.value, model, ranges)] as const),
  ]);
  await interleave(1, variants);
  return report(await interleave(roundsOf(bench.options, 7), variants));
}

const plain = (ranges: number) => `plain download, ${ranges} ${ranges === 1 ? 'request' : 'ranges'}`;

interface LoadTimes {
  readonly totalMs: number;
  readonly downloadMs?: number;
  readonly sessionMs?: number;
}

async function loadModel(node: string, uri: string, endpoint: string): Promise<LoadTimes> {
  const runner = projectPath('build/run.mjs');
  const printed = await run(node, [runner, 'bench/programs/load-model.ts', uri, endpoint], {
    cwd: projectPath('.'),
  });
  const { artifactMs, sessionMs } = JSON.parse(printed) as { artifactMs: number; sessionMs: number };
  return { totalMs: artifactMs + sessionMs, downloadMs: artifactMs, sessionMs };
}

async function download(
  { node, plainFolder }: Workbench,
  bucket: ModelBucket,
  { artifact, manifest }: LargeModel,
  ranges: number,
): Promise<LoadTimes> {
  const program = join(await plainFolder(), 'peers/plain-download.js');
  const url = bucket.mediaUrl(PREFIX, artifact);
  const printed = await run(node, [program, url, String(manifest.artifact.bytes), String(ranges)]);
  return { totalMs: Number(printed) };
}

function report(times: ReadonlyMap<string, readonly LoadTimes[]>): PartResult {
  const totals = new Map([...times].map(([name, rounds]) => [name, rounds.map(({ totalMs }) => totalMs)]));
  const fastest = RANGES.map(plain).sort((a, b) => medianOf(totals, a) - medianOf(totals, b))[0] ?? plain(1);
  const ours = times.get(OURS) ?? [];
  const steps = new Map([
    ...totals,
    [DOWNLOAD, ours.map(({ downloadMs = 0 }) => downloadMs)],
    [SESSION, ours.map(({ sessionMs = 0 }) => sessionMs)],
  ]);
  const spreads = [...steps].map(([label, ms]) => ({ label, ...spreadOf(ms) }));
  return {
    outcomes: { load: compare(totals, OURS, fastest, new Map()) },
    tables: [
      {
        title: 'A model of 100 MB from the GCS emulator, ms',
        columns: ['what', 'median', 'min', 'max'],
        rows: spreads.map(({ label, median, min, max }) => [
          label,
          ...[median, min, max].map((ms) => ms.toFixed(0)),
        ]),
      },
    ],
    charts: [
      {
        kind: 'bars',
        title: 'Loading a model of 100 MB',
        unit: 'ms',
        bars: spreads.map(({ label, median, min, max }) => ({ label, value: median, min, max })),
      },
    ],
    samples: Object.fromEntries(times),
  };
}

function medianOf(totals: ReadonlyMap<string, readonly number[]>, name: string): number {
  return spreadOf(totals.get(name) ?? []).median;
}

function notRun(reason: string): PartResult {
  return { outcomes: { load: { notRun: reason } }, tables: [], charts: [], samples: {} };
}
