import { totalmem } from 'node:os';
import { ServingError } from '../core/errors';
import type { OverloadSettings } from './settings';

/** Memory of this process, in bytes. */
export interface MemoryUse {
  readonly used: number;
  /** What the container, or else the machine, has. */
  readonly limit: number;
}

/** One request's share of what an instance works on. */
export interface Work {
  /** Not worked on for now. */
  rest(): void;
  /** Worked on again, however much else is by now: it was taken on. */
  resume(): void;
  /** Over for good. */
  end(): void;
}

/** Keeps an instance from taking on more than it can bear. */
export interface Overload {
  /** Says at once that nothing more is taken on. @throws {ServingError} `overloaded` */
  check(): void;
  /** Begins to work on a request. @throws {ServingError} `overloaded` when others have begun since the check */
  begin(): Work;
}

export interface OverloadParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly memory?: () => MemoryUse;
}

/** Looking at the memory is a system call, so it is done so many times a second at the most. */
const LOOK_EVERY_MS = 100;

/** Watches what one process has to do. It is looked at by requests, and by nobody between them. */
export function createOverload(settings: OverloadSettings, parts: OverloadParts): Overload {
  const { maxPending = Number.POSITIVE_INFINITY, maxMemoryPercent } = settings;
  const { now, memory = readMemory } = parts;
  let pending = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let percent = 0;

  function memoryPercent(): number {
    if (now() - lookedAt < LOOK_EVERY_MS) return percent;
    lookedAt = now();
    const { used, limit } = memory();
    percent = (100 * used) / limit;
    return percent;
  }

  function checkPending(): void {
    if (pending >= maxPending) throw overloaded(`${pending} requests are worked on already`);
  }

  return {
    check() {
      checkPending();
      if (maxMemoryPercent === undefined || memoryPercent() < maxMemoryPercent) return;
      throw overloaded(`${Math.round(percent)} % of the memory is in use`);
    },
    begin() {
      checkPending();
      pending++;
      let isCounted = true;
      let hasEnded = false;
      function count(isIt: boolean): void {
        if (isIt !== isCounted) pending += isIt ? 1 : -1;
        isCounted = isIt;
      }
      return {
        rest: () => count(false),
        resume: () => count(!hasEnded),
        end() {
          hasEnded = true;
          count(false);
        },
      };
    },
  };
}

function overloaded(detail: string): ServingError {
  return new ServingError('overloaded', detail, { headers: { 'retry-after': '1' } });
}

/** Memory is counted with that of the model, which is outside of V8's heap. */
function readMemory(): MemoryUse {
  const total = totalmem();
  // Without a limit this is 0, or a number beyond all memory there is.
  const limit = process.constrainedMemory?.() ?? 0;
  return { used: process.memoryUsage.rss(), limit: limit > 0 && limit < total ? limit : total };
}
