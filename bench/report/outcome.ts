import { ratioOf, type Spread } from '../measure/statistics';
import type { Target } from '../targets';

/** What became of one target: measured, or the reason why not. */
export type Outcome = { readonly measured: Spread; readonly note?: string } | { readonly notRun: string };

export type Verdict = 'met' | 'not met' | 'not run';

/** What was measured of each side, one figure a round; nothing when a side could not be run. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/** Compares two contenders that were measured in the same rounds. */
export function compare(
  samples: Samples,
  ours: string,
  theirs: string,
  missing: ReadonlyMap<string, string>,
): Outcome {
  const [a, b] = [samples.get(ours), samples.get(theirs)];
  if (a !== undefined && b !== undefined) return { measured: ratioOf(a, b) };
  const absent = a === undefined ? ours : theirs;
  return { notRun: missing.get(absent) ?? `${absent} was not measured` };
}

/** Holds an outcome against its target, by the median. */
export function judge(target: Target, outcome: Outcome): Verdict {
  if ('notRun' in outcome) return 'not run';
  const { median } = outcome.measured;
  const isMet = median <= (target.atMost ?? Number.POSITIVE_INFINITY) && median >= (target.atLeast ?? 0);
  return isMet ? 'met' : 'not met';
}
