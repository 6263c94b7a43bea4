import type { Trace } from '../../core/trace';
import type { Failure, Step } from '../exchange';
import type { StorageEvent } from '../scoring/scoring-job';

/** An event that was worked off, and how that went; times are on the monotonic clock. */
export interface EventRecord {
  /** Attributes of the CloudEvent. */
  readonly event: Omit<StorageEvent, 'data'>;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly steps: readonly Step[];
  /** What it came to, as attributes of its span. */
  readonly result: Readonly<Record<string, string | number>>;
  readonly failure?: Failure;
}

/** Makes the span of an event and sends it, and gives its ids; undefined where that failed. */
export type RecordEvent = (record: EventRecord) => Promise<Trace | undefined>;
