import type { Registry } from 'prom-client';
import type { ShadowNote } from '../shadow/shadows';
import { createLimitFamilies, type Limits, readLimits } from './limits';
import { createMetricFamilies } from './metric-families';
import type { CacheNote, LoadObservation, Observation } from './observation';
import type { Family } from './tally';

/** What this process has counted and measured since it started. */
export interface Metrics {
  /** Counts one answered request. Never waits, never throws. */
  record(observation: Observation): void;
  /** Counts one attempt to load a model. Never waits, never throws. */
  recordLoad(observation: LoadObservation): void;
  /** Counts one change of which versions of a model answer. */
  recordSwitch(model: string): void;
  /** Counts one copy that a shadow was, or was not, given. */
  recordShadow(note: ShadowNote): void;
  /** Counts one answer that was, or was not, known already. */
  recordCache(note: CacheNote): void;
  /**
   * All metrics in Prometheus text form, those of the process among them.
   *
   * @throws what the import of prom-client threw; counting goes on, and the next scrape tries again.
   */
  text(): Promise<MetricsText>;
}

/** The answer to a scrape. */
export interface MetricsText {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Creates the metrics of one process. Requests are tallied in plain numbers, which took 0.3 µs each where
 * prom-client's own counters took 2.3 µs. prom-client is imported by the first scrape, to watch the process and
 * to write the text: no cold start pays for it, and an instance that nobody scrapes never does.
 */
export function createMetrics(limits: () => Limits = readLimits): Metrics {
  const { all, ...recorders } = createMetricFamilies();
  const families = [...all, ...createLimitFamilies(limits)];
  let opening: Promise<Registry> | undefined;

  function openOnce(): Promise<Registry> {
    opening ??= openRegistry(families).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  return {
    ...recorders,
    async text() {
      const registry = await openOnce();
      return { contentType: registry.contentType, body: withoutUnmeasured(await registry.metrics()) };
    },
  };
}

/** Registers our families beside the metrics of the process, which are watched from now on. */
async function openRegistry(families: readonly Family[]): Promise<Registry> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  for (const family of families) registry.registerMetric(toMetric(family));
  client.collectDefaultMetrics({ register: registry });
  return registry;
}

/** All that a registry asks of a metric is its name and, at each scrape, `get()`. */
function toMetric(family: Family): Parameters<Registry['registerMetric']>[0] {
  const { name, help, type } = family;
  const metric = { name, get: async () => ({ name, help, type, values: family.samples() }) };
  // The declared type is the union of prom-client's four classes, with all that only their users need.
  return metric as unknown as Parameters<Registry['registerMetric']>[0];
}

/** Before its first sample, Node's histogram of event loop delays has 2^63 - 1 ns for its least and no mean. */
const UNMEASURED = /^nodejs_eventloop_lag_\w+ (?:nan|9223372036\.\d+)\n/gim;

function withoutUnmeasured(text: string): string {
  return text.replace(UNMEASURED, '');
}
