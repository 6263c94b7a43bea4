/** How requests come. */
export type Traffic = RandomTraffic | QueuedTraffic;

/** Requests that know nothing of one another (a Poisson process), at one rate while they come at all. */
export interface RandomTraffic {
  readonly kind: 'random';
  readonly requestsPerSecond: number;
  /** How long they come in each period; as long as the period when they never cease. */
  readonly onSeconds: number;
  readonly periodSeconds: number;
}

/** Batches that one caller sends one after another, once a period. */
export interface QueuedTraffic {
  readonly kind: 'queued';
  readonly requests: number;
  readonly rowsPerRequest: number;
  readonly periodSeconds: number;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Mean month of the billing calculators: 730 hours. */
export const MONTH_SECONDS = 730 * HOUR;

/** Rows of each request of the bulk traffic; the benchmark measures a request of so many. */
export const BULK_ROWS = 1_000;

/** The four shapes that are priced. */
export const TRAFFIC = {
  sporadic: {
    what: '100 requests a day, at any time',
    traffic: steady(100 / DAY),
  },
  steady: { what: '50 requests/s, day and night', traffic: steady(50) },
  bursty: {
    what: '200 requests/s for a minute, once an hour',
    traffic: { kind: 'random', requestsPerSecond: 200, onSeconds: 60, periodSeconds: HOUR },
  },
  bulk: {
    what: `1 million rows once a day, in requests of ${BULK_ROWS}, one after another`,
    traffic: {
      kind: 'queued',
      requests: 1_000_000 / BULK_ROWS,
      rowsPerRequest: BULK_ROWS,
      periodSeconds: DAY,
    },
  },
} as const satisfies Record<string, { what: string; traffic: Traffic }>;

/** Requests at one rate that never cease. */
export function steady(requestsPerSecond: number): RandomTraffic {
  return { kind: 'random', requestsPerSecond, onSeconds: DAY, periodSeconds: DAY };
}
