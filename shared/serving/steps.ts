import type { CallOptions, RunTimes } from '../runtime/waiting-call';
import type { Exchange, Failure, Step, Timings } from './exchange';
import { failureOf } from './failure';

/** Notes how long a step took, and, where the request is traced, when. Steps of one name add up. */
export function noteStep({ timings, steps }: Exchange, step: Step & { readonly name: keyof Timings }): void {
  const { name, startedAt, endedAt } = step;
  timings[name] = (timings[name] ?? 0) + endedAt - startedAt;
  steps?.push(step);
}

/**
 * Adds when a call waited and ran to the steps of a request that is traced. What was made while it waited is a step
 * already, and what came before that too: the rest of the waiting is after it.
 */
export function addRunSteps(steps: Step[], { startedAt, queueMs, runMs }: RunTimes, failure?: Failure): void {
  if (startedAt === undefined) return;
  const queuedAt = Math.max(startedAt - queueMs, steps.at(-1)?.endedAt ?? 0);
  steps.push({ name: 'queueMs', startedAt: queuedAt, endedAt: startedAt });
  steps.push({ name: 'runMs', startedAt, endedAt: startedAt + runMs, ...(failure && { failure }) });
}

/** What a run is told of whoever asks for it. */
export function callOptions({ request, steps }: Exchange): CallOptions {
  const hasLeft = () => request.hasLeft();
  if (steps === undefined) return { hasLeft };
  return { hasLeft, onFailedRun: (times, error) => addRunSteps(steps, times, failureOf(error, true)) };
}
