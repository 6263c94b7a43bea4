import { type ImageFigures, MANY } from '../measure/image-figures';
import { fasterReferences, REFERENCES } from '../measure/image-reference';
import { median, spreadOf } from '../measure/statistics';
import type { BarChart } from '../report/chart';
import { compare, type Samples } from '../report/outcome';
import type { PartResult } from '../report/part-result';
import { formatNumber, type Table } from '../report/table';
import { IMAGE_NAMES } from '../servers/image-contenders';

type ServerSamples = ReadonlyMap<string, readonly ImageFigures[]>;

/** Reports what servers did, and the runtime without one: a number a round. */
export function reportImages(
  samples: ReadonlyMap<string, readonly (ImageFigures | number)[]>,
  missing: ReadonlyMap<string, string>,
): PartResult {
  const servers: ServerSamples = pickRounds(samples, (round) => typeof round !== 'number');
  const references: Samples = pickRounds(samples, (round) => typeof round === 'number');
  return {
    outcomes: judgeAll(servers, references, missing),
    tables: [describe(servers), describeReferences(references)],
    charts: [drawRates(servers, references)],
    samples: Object.fromEntries(samples),
  };
}

function pickRounds<T, R extends T>(
  samples: ReadonlyMap<string, readonly T[]>,
  isWanted: (round: T) => round is R,
): Map<string, readonly R[]> {
  const picked = [...samples].map(([name, rounds]) => [name, rounds.filter(isWanted)] as const);
  return new Map(picked.filter(([, rounds]) => rounds.length > 0));
}

function judgeAll(
  servers: ServerSamples,
  references: Samples,
  missing: ReadonlyMap<string, string>,
): PartResult['outcomes'] {
  const { server, torch } = IMAGE_NAMES;
  const { batches, lone } = fasterReferences(references);
  const against = (theirs: string, figure: (figures: ImageFigures) => number) => {
    const ours = [...servers].map(([name, rounds]) => [name, rounds.map(figure)] as const);
    return compare(new Map([...references, ...ours]), server, theirs, missing);
  };
  return {
    imageSession: against(batches, ({ imagesPerSecond }) => imagesPerSecond),
    imagePython: against(torch, ({ imagesPerSecond }) => imagesPerSecond),
    imageTail: against(torch, ({ pairP95Ms }) => pairP95Ms),
    imageLone: against(lone, ({ loneP50Ms }) => loneP50Ms),
    imageCold: against(torch, ({ firstAnswerMs }) => firstAnswerMs),
    imageMemory:
      process.platform === 'linux'
        ? against(torch, memoryOf)
        : { notRun: 'only Linux says how much memory a process takes' },
  };
}

function memoryOf({ residentMb = Number.NaN }: ImageFigures): number {
  return residentMb;
}

const COLUMNS: Readonly<Record<string, (figures: ImageFigures) => number>> = {
  'p50 ms': ({ p50Ms }) => p50Ms,
  'p95 ms': ({ p95Ms }) => p95Ms,
  'p95 ms, 2 connections': ({ pairP95Ms }) => pairP95Ms,
  'p50 ms, alone': ({ loneP50Ms }) => loneP50Ms,
  'first answer ms': ({ firstAnswerMs }) => firstAnswerMs,
  'RSS MB': memoryOf,
};

function describe(servers: ServerSamples): Table {
  return {
    title: `Images, ${MANY} connections`,
    columns: ['contender', 'images/s', 'min-max', ...Object.keys(COLUMNS)],
    rows: [...servers].map(([name, rounds]) => [
      name,
      ...spreadCells(rounds.map(({ imagesPerSecond }) => imagesPerSecond)),
      ...Object.values(COLUMNS).map((figure) => formatNumber(median(rounds.map(figure)))),
    ]),
  };
}

function describeReferences(references: Samples): Table {
  const rates: readonly string[] = REFERENCES.batches;
  return {
    title: 'Images, without a server',
    columns: ['what', 'median', 'min-max', 'unit'],
    rows: [...references].map(([name, values]) => [
      name,
      ...spreadCells(values),
      rates.includes(name) ? 'images/s' : 'ms',
    ]),
  };
}

function spreadCells(values: readonly number[]): [median: string, range: string] {
  const { median: middle, min, max } = spreadOf(values);
  return [formatNumber(middle), `${formatNumber(min)}-${formatNumber(max)}`];
}

function drawRates(servers: ServerSamples, references: Samples): BarChart {
  const { batches } = fasterReferences(references);
  const rates: [label: string, values: readonly number[]][] = [
    ['session.run alone', references.get(batches) ?? []],
    ...[...servers].map(([name, rounds]): [string, number[]] => [
      name,
      rounds.map(({ imagesPerSecond }) => imagesPerSecond),
    ]),
  ];
  const bars = rates.map(([label, values]) => {
    const { median: value, min, max } = spreadOf(values);
    return { label, value, min, max };
  });
  return { kind: 'bars', title: 'Images a second', unit: `images/s at ${MANY} connections`, bars };
}
