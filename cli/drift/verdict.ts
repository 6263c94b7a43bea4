import { EXIT_CODES } from '../exit-code';
import type { LogCounts } from '../prediction-log/read-log';
import type { VersionDrift } from './version-drift';

/**
 * What a comparison came to. Nothing, or not enough, to judge is how a quiet day looks; what cannot be judged will be no
 * better tomorrow: there is no baseline, no such model, or a log that cannot be read.
 */
export type Verdict = 'drift' | 'no drift' | 'not enough to judge' | 'nothing to judge' | 'cannot be judged';

/** What there is to judge by. */
export interface Findings {
  /** Whether the registry has nothing of what was asked for. */
  readonly isUnknown: boolean;
  readonly log: LogCounts;
  readonly versions: readonly VersionDrift[];
}

/** Judges a model by its versions: drift in one is drift, and one that can be compared is enough for "no drift". */
export function judge({ isUnknown, log, versions }: Findings): Verdict {
  const has = (verdict: VersionDrift['verdict']) => versions.some((version) => version.verdict === verdict);
  if (has('drift')) return 'drift';
  if (has('no drift')) return 'no drift';
  if (has('cannot be judged') || isUnknown || isUnreadable(log)) return 'cannot be judged';
  return versions.length > 0 ? 'not enough to judge' : 'nothing to judge';
}

/** A log of other lines than JSON, or whose predictions do not say when they were made, hides what there was. */
function isUnreadable({ entries, unreadable, predictions, undated }: LogCounts): boolean {
  return (entries === 0 && unreadable > 0) || (predictions === 0 && undated > 0);
}

/** What a shell is told of it: an alert is for drift, and for what somebody has to mend. */
export const VERDICT_EXIT_CODES = {
  drift: EXIT_CODES.found,
  'no drift': EXIT_CODES.ok,
  'not enough to judge': EXIT_CODES.ok,
  'nothing to judge': EXIT_CODES.ok,
  'cannot be judged': EXIT_CODES.failed,
} as const satisfies Record<Verdict, number>;
