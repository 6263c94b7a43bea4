import { type Caller, forbidden } from './caller';
import type { Meter } from './meter';

/** What one request was let in for. */
export interface Admission {
  /**
   * @param isNamed whether the request says the name itself; it is not told to those who did not know it.
   * @throws {ServingError} `forbidden`
   */
  checkModel(name: string, isNamed: boolean): void;
  /** For what tells of every model. @throws {ServingError} `forbidden` for a caller who may use some only */
  checkAll(what: string): void;
  /** Whether its caller may use some models only, and is to learn of no others. */
  readonly isHeld: boolean;
  /** Says whether a model is to be listed, or named at all. */
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
    isHeld: caller?.models !== undefined,
    mayUse,
    checkModel(name, isNamed) {
      if (mayUse(name)) return;
      const which = isNamed
        ? `the model ${JSON.stringify(name.slice(0, 64))}`
        : 'the model that answers where none is named';
      throw forbidden(`"${caller?.name}" may not use ${which}`);
    },
    checkAll(what) {
      if (caller?.models === undefined) return;
      throw forbidden(`"${caller.name}" may use some models only, and ${what} tell of all`);
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
