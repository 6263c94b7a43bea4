import type { HostFigures, Plan } from './plan';
import { PLATFORM, PRICES, type Rate } from './prices';
import { MONTH_SECONDS, type QueuedTraffic, type RandomTraffic, type Traffic } from './traffic';

/** What one period of a traffic makes of instances. */
export interface Usage {
  readonly requests: number;
  readonly predictions: number;
  /** Instances that the traffic needs at once. */
  readonly instances: number;
  /** Seconds in which an instance has a request, added up over instances. */
  readonly activeSeconds: number;
  /** Seconds in which the minimum instance has none. */
  readonly idleSeconds: number;
  /** Seconds in which instances are there at all; known where one is always there. */
  readonly aliveSeconds: number;
  /** Starts that a request waits for. */
  readonly coldStarts: number;
  readonly coldSeconds: number;
}

/** What a period costs, in US dollars, without the free tier. */
export interface Cost {
  readonly perMillionPredictions: number;
  readonly perMonth: number;
  /** The part of it that pays for cold starts. */
  readonly coldShare: number;
  readonly usage: Usage;
}

/** Says what a traffic costs on a host under a plan. */
export function costOf(host: HostFigures, plan: Plan, traffic: Traffic): Cost {
  const usage = usageOf(host, plan, traffic);
  const cold = usage.coldSeconds * perSecond(PRICES.active, { ...plan, vCpus: boosted(plan.vCpus) });
  const dollars = plan.billing === 'request' ? cold + byRequest(plan, usage) : byInstance(plan, usage);
  return {
    perMillionPredictions: (dollars / usage.predictions) * 1e6,
    perMonth: (dollars * MONTH_SECONDS) / traffic.periodSeconds,
    coldShare: plan.billing === 'request' ? cold / dollars : 0,
    usage,
  };
}

/** The lone requests, a month, that the free tier pays for: as many as its scarcest part allows. */
export function freeRequests(host: HostFigures, { vCpus, gib }: Plan): number {
  const seconds = billed(host.requestSeconds);
  const { free } = PRICES;
  return Math.min(free.vCpuSeconds / (vCpus * seconds), free.gibSeconds / (gib * seconds), free.requests);
}

/** The requests a second that one instance takes before the platform adds another. */
export function capacityOf({ cpuSeconds, requestSeconds }: HostFigures, plan: Plan): number {
  return Math.min((plan.vCpus * PLATFORM.cpuTarget) / cpuSeconds, plan.concurrency / requestSeconds);
}

function byRequest(plan: Plan, { activeSeconds, idleSeconds, requests }: Usage): number {
  return (
    activeSeconds * perSecond(PRICES.active, plan) +
    idleSeconds * perSecond(PRICES.idle, plan) +
    requests * PRICES.request
  );
}

function byInstance(plan: Plan, { aliveSeconds }: Usage): number {
  return aliveSeconds * perSecond(PRICES.alive, plan);
}

function perSecond({ vCpuSecond, gibSecond }: Rate, { vCpus, gib }: Pick<Plan, 'vCpus' | 'gib'>): number {
  return vCpus * vCpuSecond + gib * gibSecond;
}

function boosted(vCpus: number): number {
  return Math.max(vCpus, PLATFORM.boostedVCpus);
}

function usageOf(host: HostFigures, plan: Plan, traffic: Traffic): Usage {
  return traffic.kind === 'random' ? randomUsage(host, plan, traffic) : queuedUsage(host, plan, traffic);
}

/**
 * Requests that overlap share the bill, so an instance is billed for the time in which it has any: of requests that
 * come at random at rate r and are billed for s seconds each, that is 1 - exp(-r s) of the time (the busy share of an
 * M/D/infinity queue).
 */
function randomUsage(host: HostFigures, plan: Plan, traffic: RandomTraffic): Usage {
  const { requestsPerSecond, onSeconds, periodSeconds } = traffic;
  const instances = Math.max(1, Math.ceil(requestsPerSecond / capacityOf(host, plan)));
  const busy = 1 - Math.exp((-requestsPerSecond / instances) * billed(host.requestSeconds));
  const requests = requestsPerSecond * onSeconds;
  const coldStarts = randomColdStarts(host, plan, { ...traffic, instances });
  const added = instances - plan.minInstances;
  return {
    requests,
    predictions: requests,
    instances,
    activeSeconds: instances * busy * onSeconds,
    idleSeconds: plan.minInstances * (periodSeconds - busy * onSeconds),
    aliveSeconds:
      plan.minInstances * periodSeconds +
      added * Math.min(periodSeconds, onSeconds + PLATFORM.keepAliveSeconds),
    coldStarts,
    coldSeconds: coldStarts * billed(host.coldSeconds),
  };
}

/** Requests that find nobody: in traffic that never ceases those that come after a long pause, else all instances. */
function randomColdStarts(
  { coldSeconds }: HostFigures,
  { minInstances, concurrency }: Plan,
  traffic: RandomTraffic & { readonly instances: number },
): number {
  const { requestsPerSecond, onSeconds, periodSeconds, instances } = traffic;
  const { keepAliveSeconds } = PLATFORM;
  if (onSeconds === periodSeconds) {
    const afterPause = requestsPerSecond * onSeconds * Math.exp(-requestsPerSecond * keepAliveSeconds);
    return minInstances === 0 ? afterPause : 0;
  }
  if (periodSeconds - onSeconds <= keepAliveSeconds) return 0;
  // While the first ones start, requests wait, and as many start as it takes to hold them.
  const holding = Math.ceil((requestsPerSecond * coldSeconds) / concurrency);
  return minInstances === 0 ? Math.max(instances, holding) : instances - minInstances;
}

function queuedUsage(host: HostFigures, { minInstances }: Plan, traffic: QueuedTraffic): Usage {
  const { requests, rowsPerRequest, periodSeconds } = traffic;
  const activeSeconds = billed(requests * host.bulkSeconds);
  const isCold = minInstances === 0 && periodSeconds - activeSeconds > PLATFORM.keepAliveSeconds;
  return {
    requests,
    predictions: requests * rowsPerRequest,
    instances: 1,
    activeSeconds,
    idleSeconds: minInstances * (periodSeconds - activeSeconds),
    aliveSeconds: minInstances * periodSeconds,
    coldStarts: isCold ? 1 : 0,
    coldSeconds: isCold ? billed(host.coldSeconds) : 0,
  };
}

/** Rounded up as the platform does; a hair less than a step is the step, and not two. */
function billed(seconds: number): number {
  const step = PRICES.roundedUpToSeconds;
  return Math.ceil(seconds / step - 1e-9) * step;
}
