import type { Exchange } from './exchange';
import type { Observation } from './metrics/observation';
import type { Answered } from './tracing/tracing';

/** What the metrics are told of a request: of a probe no protocol, and no model that was asked for but not found. */
export function requestObservation(exchange: Exchange, { status, latencyMs }: Answered): Observation {
  const { route = 'unmatched', isAside, coldStart, version, rows, classes, timings } = exchange;
  const { queueMs, runMs } = timings;
  return {
    route,
    protocol: isAside ? 'none' : exchange.protocol,
    status,
    latencyMs,
    coldStart,
    model: version === undefined ? undefined : exchange.model,
    version,
    queueMs,
    runMs,
    rows,
    classes,
  };
}
