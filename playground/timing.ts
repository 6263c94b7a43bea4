/** One part of the time that an answer took. */
export interface TimeSpan {
  readonly name: string;
  readonly ms: number;
}

/** The `Server-Timing` header of an answer, and the time on the way. */
export interface Timing {
  /** Whether the answer came from an instance that had to start first. */
  readonly isCold: boolean;
  /** From the click to the last byte, as this browser saw it. */
  readonly roundTripMs: number;
  /** In the service, from the request's arrival to its answer; undefined when the service does not say. */
  readonly serverMs: number | undefined;
  /** What the round trip was spent on, in order. */
  readonly spans: readonly TimeSpan[];
  /** What the instance did to start, before or while the request waited. */
  readonly start: readonly TimeSpan[];
}

/** What the service spends on a request, as `Server-Timing` names it, in order. */
const REQUEST_SPANS: Readonly<Record<string, string>> = {
  load: 'Waiting for the model',
  validate: 'Checking the input',
  preprocess: 'Preparing the image',
  queue: 'Waiting for its turn',
  run: 'Running the model',
};

/** Splits a round trip by what the service says of it (W3C Server Timing). */
export function readTiming(header: string | null, roundTripMs: number): Timing {
  const metrics = parseMetrics(header ?? '');
  const serverMs = metrics.get('total');
  const known = Object.entries(REQUEST_SPANS).flatMap(([key, name]) => spanOf(name, metrics.get(key)));
  const spent = known.reduce((sum, { ms }) => sum + ms, 0);
  const spans = [
    ...spanOf(
      'Network and browser',
      serverMs === undefined ? undefined : Math.max(0, roundTripMs - serverMs),
    ),
    ...known,
    ...spanOf('Everything else', serverMs === undefined ? undefined : Math.max(0, serverMs - spent)),
  ];
  const start = [...metrics].filter(([key]) => key !== 'total' && !(key in REQUEST_SPANS) && key !== 'cold');
  return {
    isCold: metrics.has('cold'),
    roundTripMs,
    serverMs,
    spans,
    start: start.map(([name, ms]) => ({ name, ms })),
  };
}

/** Writes a time with about three digits. */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

function spanOf(name: string, ms: number | undefined): TimeSpan[] {
  return ms === undefined ? [] : [{ name, ms }];
}

/** `cold, run;dur=0.3` as durations by name; 0 for one without. */
function parseMetrics(header: string): Map<string, number> {
  const metrics = new Map<string, number>();
  for (const part of header.split(',')) {
    const [name = '', ...parameters] = part.trim().split(';');
    const duration = parameters.find((parameter) => parameter.trim().startsWith('dur='));
    if (name !== '') metrics.set(name, Number(duration?.split('=')[1] ?? 0));
  }
  return metrics;
}
