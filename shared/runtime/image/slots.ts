import { ServingError } from '../../core/errors';

/** A number of places that work of one kind has to share; whoever finds none free waits in line. */
export interface Slots {
  /**
   * Takes a place.
   *
   * @param hasLeft whether whoever asked has gone; asked when the turn comes.
   * @returns a function that gives it back; to be called once.
   * @throws {ServingError} `overloaded` when too many wait already, `caller-left`
   */
  take(hasLeft?: () => boolean): Promise<() => void>;
}

/** Makes `count` places, at least 1, for which `maxWaiting` may wait; any number when it is absent. */
export function createSlots(count: number, maxWaiting = Number.POSITIVE_INFINITY): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  function give(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
  return {
    async take(hasLeft) {
      if (free > 0) free--;
      else if (waiting.length >= maxWaiting) throw overloaded(waiting.length);
      else await new Promise<void>((resolve) => waiting.push(resolve));
      if (hasLeft?.() !== true) return give;
      give();
      throw new ServingError('caller-left', 'the caller left before its image was worked on');
    },
  };
}

function overloaded(count: number): ServingError {
  return new ServingError('overloaded', `${count} images wait to be worked on already`, {
    headers: { 'retry-after': '1' },
  });
}
