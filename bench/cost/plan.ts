/** What was measured of a host, as far as it bears on cost. */
export interface HostFigures {
  /** From the start of its process to its first answer. */
  readonly coldSeconds: number;
  /** Time of a request that has the instance to itself. */
  readonly requestSeconds: number;
  /** CPU time of such a request. */
  readonly cpuSeconds: number;
  /** Time of a request of `BULK_ROWS` rows. */
  readonly bulkSeconds: number;
}

/** How an instance is deployed and billed. */
export interface Plan {
  readonly billing: 'request' | 'instance';
  readonly minInstances: 0 | 1;
  readonly vCpus: number;
  readonly gib: number;
  readonly concurrency: number;
}

/** Scripts and Terraform deploy this by default (`deploy/README.md`). */
const INSTANCE = { vCpus: 1, gib: 0.5, concurrency: 40 } as const;

/** The plans that are priced. A function cannot be billed by the instance. */
export const PLANS = {
  onDemand: { ...INSTANCE, billing: 'request', minInstances: 0 },
  keptWarm: { ...INSTANCE, billing: 'request', minInstances: 1 },
  alwaysOn: { ...INSTANCE, billing: 'instance', minInstances: 1 },
} as const satisfies Record<string, Plan>;
