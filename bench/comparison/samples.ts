import type { Sweep } from '../measure/sweep';

/** The two hosts, by the names that the report has for them. */
export const HOSTS = { function: 'function', container: 'container' } as const;

export type HostName = keyof typeof HOSTS;

/** What was measured of one host, one entry a round. All of it is plain data, as `results.json` keeps it. */
export interface HostSamples {
  /** Milliseconds from process start until so many requests, sent at once, are all answered; by their number. */
  readonly coldMs: Readonly<Record<number, readonly number[]>>;
  /** The same for one request with the model in a bucket; nothing without an emulator. */
  readonly coldFromBucketMs?: readonly number[] | undefined;
  /** What the warm host does, by number of connections. */
  readonly warm: readonly Sweep[];
  /** Median milliseconds of a request of `BULK_ROWS` rows. */
  readonly bulkMs: readonly number[];
}

/** What was measured of both, side by side. */
export interface ComparisonSamples {
  /** Whether each warm host had one CPU to itself. */
  readonly onOneCpu: boolean;
  readonly hosts: Readonly<Record<HostName, HostSamples>>;
}
