/** Something that is used by many and freed once, after the last of them. */
export interface Lease {
  /** Keeps it from being freed until the returned function is called. */
  hold(): () => void;
  /** Frees it as soon as nobody holds it. */
  end(): void;
}

/** Opens a lease on something that `free` frees. */
export function createLease(free: () => void): Lease {
  let holders = 0;
  let isEnding = false;
  let isFree = false;
  function freeUnused(): void {
    if (holders > 0 || isFree) return;
    isFree = true;
    free();
  }
  /** Whoever was given the model in this turn of the event loop has until its end to hold it. */
  function settle(): void {
    if (isEnding && holders === 0) setImmediate(freeUnused);
  }
  return {
    hold() {
      holders++;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        holders--;
        settle();
      };
    },
    end() {
      isEnding = true;
      settle();
    },
  };
}
