import { parseArgs } from 'node:util';

/**
 * The parts of the benchmark, in the order in which they run. Whoever asks for `cold` or `warm` is given what belongs to
 * it too: the parts whose names begin with that.
 */
export const PARTS = [
  'size',
  'cold',
  'cold-optional',
  'warm',
  'warm-optional',
  'batch',
  'load',
  'memory',
  'image',
  'compare',
] as const;

export type PartName = (typeof PARTS)[number];

/**
 * What runs when nothing is named. Images are left out, because their peer installs half a gigabyte of PyTorch, and so is
 * the comparison of our own hosts, which has a report of its own.
 */
export const USUAL_PARTS: readonly PartName[] = PARTS.filter(
  (part) => part !== 'image' && part !== 'compare',
);

/** What the command line asks for. */
export interface Options {
  readonly parts: readonly PartName[];
  /** Shows that every part works, in little time; its figures mean nothing. */
  readonly quick: boolean;
  /** Rounds instead of each part's own number. */
  readonly rounds?: number;
  /** Major version of the Node that servers run on; this process's own when it cannot be had. */
  readonly node: number;
  /** Folder of the report. */
  readonly out: string;
}

const USAGE = `Usage: npm run bench -- [PART...] [--quick] [--rounds N] [--node MAJOR] [--out DIR]
Parts: ${PARTS.join(', ')}; all but image and compare by default.`;

/** Reads the command line. @throws {TypeError} with the usage. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const quick = values.quick ?? false;
  return {
    parts: positionals.length === 0 ? USUAL_PARTS : partsOf(positionals),
    quick,
    ...(values.rounds !== undefined && { rounds: toCount('--rounds', values.rounds) }),
    // What deploy/deploy.sh deploys to by default.
    node: toCount('--node', values.node ?? '24'),
    // A quick run must not replace results that mean something.
    out: values.out ?? (quick ? '.cache/bench/quick' : 'bench/results'),
  };
}

/** How many rounds a part makes, when it makes `usual` of them by itself. */
export function roundsOf({ quick, rounds }: Options, usual: number): number {
  return rounds ?? (quick ? 1 : usual);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        node: { type: 'string' },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    throw new TypeError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

/** Each of them once, though it may be named by itself and by what it belongs to. */
function partsOf(names: readonly string[]): PartName[] {
  return [...new Set(names.flatMap(partsNamed))];
}

function partsNamed(name: string): PartName[] {
  const parts = PARTS.filter((part) => part === name || part.startsWith(`${name}-`));
  if (parts.length === 0) throw new TypeError(`there is no part "${name}"\n${USAGE}`);
  return parts;
}

function toCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new TypeError(`${option}: expected a whole number above 0, got ${text}\n${USAGE}`);
}
