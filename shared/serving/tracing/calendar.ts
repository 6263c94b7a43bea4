/** The clock of the system counts whole milliseconds, so that less than this is no difference. */
const MAX_DRIFT_MS = 5;

/**
 * Gives what is to be added to the monotonic clock for milliseconds since 1970. It stays the same, so that the spans of
 * neighbours fit together to the microsecond, until the clocks have parted: one was set, or the machine was asleep.
 */
export function createCalendar(now: () => number, wallClock: () => number): () => number {
  let difference = wallClock() - now();
  return function readDifference() {
    const current = wallClock() - now();
    if (Math.abs(current - difference) > MAX_DRIFT_MS) difference = current;
    return difference;
  };
}
