import type { Available, Contender } from './contender';

/** Who takes part in a comparison, and who cannot. */
export interface Field {
  readonly present: readonly Contender[];
  /** Why a contender is missing, by its name. */
  readonly missing: ReadonlyMap<string, string>;
}

/** Sorts out who can take part. */
export function fieldOf(candidates: ReadonlyMap<string, Available<Contender>>): Field {
  const present: Contender[] = [];
  const missing = new Map<string, string>();
  for (const [name, candidate] of candidates) {
    if ('value' in candidate) present.push(candidate.value);
    else missing.set(name, candidate.missing);
  }
  return { present, missing };
}
