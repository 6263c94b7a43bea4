import type { TimeWindow } from '../prediction-log/time-window';
import type { Thresholds } from './thresholds';
import type { Findings, Verdict } from './verdict';

/** Everything that a comparison found. */
export interface DriftReport extends Findings {
  readonly model: string;
  /** The one version that was asked for; undefined for all. */
  readonly version: string | undefined;
  readonly verdict: Verdict;
  /** Rows of all versions in the window. */
  readonly rows: number;
  readonly window: TimeWindow;
  readonly thresholds: Thresholds;
}
