import { hasCode } from '../shared/core/errors';

/** What a shell is told. A script can tell apart what it must do something about. */
export const EXIT_CODES = {
  ok: 0,
  /** Something is wrong with the model, the store or the network; what is said names it. */
  failed: 1,
  /** A check was made and found what it looks for. */
  found: 2,
  /** Somebody else changed the same thing first: look at the state, and decide again. */
  conflict: 3,
  /** No such model, version, alias or change. */
  notFound: 4,
  /** The command itself makes no sense (`EX_USAGE` of sysexits.h). */
  usage: 64,
} as const;

/** A command that was called wrongly. Its message says what was expected and what came. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || hasCode(error, 'invalid-request')) return EXIT_CODES.usage;
  if (hasCode(error, 'conflict')) return EXIT_CODES.conflict;
  if (hasCode(error, 'object-not-found', 'model-not-found')) return EXIT_CODES.notFound;
  return EXIT_CODES.failed;
}
