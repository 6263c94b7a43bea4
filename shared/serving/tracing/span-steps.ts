import type { Exchange, Failure, LoadedModel, Step } from '../exchange';
import type { Ending } from './ending';

/** A child of a span, on the monotonic clock. */
export interface SpanStep {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly sum?: Step['sum'];
  readonly failure?: Failure;
  readonly parts?: readonly SpanStep[];
}

/** What spans call each step. */
const NAMES: Readonly<Record<Step['name'], string>> = {
  receive: 'receive',
  loadMs: 'load',
  fetchMs: 'fetch',
  validateMs: 'decode',
  preprocessMs: 'decode',
  queueMs: 'queue',
  runMs: 'run',
  encode: 'encode',
};

/** A body of a thousand images takes hundreds of steps, which say little more than the first ones. */
const MAX_STEPS = 100;

/** The steps of an exchange as children of its span. */
export function stepsOf({ steps = [] }: Exchange, ending: Ending): SpanStep[] {
  const children = steps.slice(0, MAX_STEPS).map(toSpanStep);
  const last = steps.at(-1);
  // What is left between the last run, or what was known already, and the answer.
  const isEncoded =
    ending.isWhole && ending.failure === undefined && last !== undefined && AFTER_WHICH.has(last.name);
  if (isEncoded) children.push({ name: 'encode', startedAt: last.endedAt, endedAt: ending.endedAt });
  return children;
}

/** After a run comes the encoding; after validation too, where the answer was in the cache. */
const AFTER_WHICH: ReadonlySet<Step['name']> = new Set(['runMs', 'validateMs', 'preprocessMs']);

/** A step as a span of its own. */
export function toSpanStep({ name, startedAt, endedAt, loaded, sum, failure }: Step): SpanStep {
  const step = { name: NAMES[name], startedAt, endedAt, ...(sum && { sum }), ...(failure && { failure }) };
  return loaded === undefined ? step : { ...step, parts: partsOf(loaded, step) };
}

/**
 * The parts of loading a model, as far as this request waited for them: the load may have begun before it came, and where
 * the model was only chosen anew, long ago.
 */
function partsOf({ loadedAt, loadTimings }: LoadedModel, { startedAt, endedAt }: SpanStep): SpanStep[] {
  const { manifestMs, artifactMs, sessionMs } = loadTimings;
  const sessionAt = loadedAt - sessionMs;
  const artifactAt = sessionAt - artifactMs;
  const parts = [
    { name: 'manifest', startedAt: artifactAt - manifestMs, endedAt: artifactAt },
    { name: 'read', startedAt: artifactAt, endedAt: sessionAt },
    { name: 'session', startedAt: sessionAt, endedAt: loadedAt },
  ];
  return parts
    .map((part) => ({
      name: part.name,
      startedAt: Math.max(part.startedAt, startedAt),
      endedAt: Math.min(part.endedAt, endedAt),
    }))
    .filter((part) => part.endedAt > part.startedAt);
}
