import { ServingError } from '../../shared/core/errors';

/** The error that work ends with, which must be one of ours. */
export async function failureOf(work: Promise<unknown>): Promise<ServingError> {
  const failure: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ServingError) return failure;
  throw new Error('expected a ServingError', { cause: failure });
}
