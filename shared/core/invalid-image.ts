import { ServingError } from './errors';

/** The error for bytes that claim to be an image and cannot be decoded as what they claim. */
export function invalidImage(detail: string, cause?: unknown): ServingError {
  return new ServingError('invalid-image', detail, { cause });
}

/**
 * The error for an image that would cost too much to decode.
 *
 * @param member the limit, in its wire form.
 */
export function imageTooLarge(detail: string, member: Readonly<Record<string, number>>): ServingError {
  return new ServingError('payload-too-large', detail, { members: member });
}
