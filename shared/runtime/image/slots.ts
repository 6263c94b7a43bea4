/** A number of places that work of one kind has to share; whoever finds none free waits in line. */
export interface Slots {
  /** Takes a place. @returns a function that gives it back; to be called once. */
  take(): Promise<() => void>;
}

/** Makes `count` places, at least 1. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  function give(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
  return {
    async take() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return give;
    },
  };
}
