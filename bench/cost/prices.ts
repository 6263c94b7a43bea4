/** What running one instance for one second costs, in US dollars. */
export interface Rate {
  readonly vCpuSecond: number;
  readonly gibSecond: number;
}

/**
 * Google's published prices of Cloud Run, which functions (gen2) are billed by too: US dollars, regions of Tier 1.
 * What is marked as remembered was not on the copy of the page that was read: it is from memory, and nobody has verified
 * it. Check it before money depends on it.
 *
 * @see https://cloud.google.com/run/pricing
 */
export const PRICES = {
  readOn: '2026-11-21',
  source: 'https://cloud.google.com/run/pricing',
  /** Request-based billing: while an instance starts or has at least one request in it. */
  active: { vCpuSecond: 0.000024, gibSecond: 0.0000025 },
  /** A minimum instance under request-based billing, while it has no request. Both rates are remembered. */
  idle: { vCpuSecond: 0.0000025, gibSecond: 0.0000025 },
  /**
   * Instance-based billing: as long as the instance is there. The rate of its memory is remembered, and so is that
   * requests cost nothing.
   */
  alive: { vCpuSecond: 0.000018, gibSecond: 0.000002 },
  /** Each request under request-based billing. */
  request: 0.4e-6,
  /** What is used is rounded up to this. */
  roundedUpToSeconds: 0.1,
  /** What each billing account has for nothing each month, under request-based billing. */
  free: { vCpuSeconds: 180_000, gibSeconds: 360_000, requests: 2_000_000 },
} as const;

/**
 * How the platform behaves, where it bears on cost. The target is from the page; the other two are remembered, as above.
 *
 * @see https://cloud.google.com/run/docs/about-instance-autoscaling
 */
export const PLATFORM = {
  /** The autoscaler adds instances so that each uses no more than this part of its CPUs. */
  cpuTarget: 0.6,
  /** How long an instance without requests may live; the platform promises no time, and this is its longest. */
  keepAliveSeconds: 900,
  /** What startup CPU boost makes of one CPU while an instance starts, and bills. */
  boostedVCpus: 2,
} as const;
