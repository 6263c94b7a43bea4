import { type Caller, forbidden } from './caller';
import type { Meter } from './meter';

/** What one request was let in for. */
export interface Admission {
  /** What the log calls the caller; absent where nobody has to say who it is. */
  readonly caller?: string;
  /** @throws {ServingError} `forbidden` */
  checkModel(name: string): void;
  /** Says whether a model is to be listed. */
  mayUse(name: string): boolean;
  /** Counts the rows of the request, all at once. @throws {ServingError} `rate-limited`, `payload-too-large` */
  spend(rows: number): Promise<void>;
  /** Counts rows that come piece by piece, and waits until they are free. @throws {ServingError} what a meter throws */
  spendSlowly(rows: number, hasLeft: () => boolean): Promise<void>;
  /** Headers of its answer. */
  headers(): Record<string, string>;
}

/** @param meter has the first row of the request counted already; absent where there is no limit. */
export function createAdmission(caller: Caller | undefined, meter: Meter | undefined): Admission {
  const mayUse = (name: string) => caller?.models === undefined || caller.models.includes(name);
  let paid = 1;

  /** How many of these rows are still to be counted. */
  function dueOf(rows: number): number {
    const due = Math.max(0, rows - paid);
    paid = Math.max(0, paid - rows);
    return due;
  }

  return {
    ...(caller && { caller: caller.name }),
    mayUse,
    checkModel(name) {
      if (!mayUse(name))
        throw forbidden(`"${caller?.name}" may not use the model ${JSON.stringify(name.slice(0, 64))}`);
    },
    async spend(rows) {
      const due = dueOf(rows);
      if (due > 0) await meter?.take(due, rows);
    },
    async spendSlowly(rows, hasLeft) {
      const due = dueOf(rows);
      if (due > 0) await meter?.takeSlowly(due, hasLeft);
    },
    headers: () => meter?.headers() ?? {},
  };
}
