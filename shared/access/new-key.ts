import { randomBytes } from 'node:crypto';

/** What keys begin with, so that scanners for secrets can be taught to find them. */
const PREFIX = 'ofk_';

/** Makes a key of 256 random bits. It is shown to its owner once, and stored as a digest only. */
export function createKey(): string {
  return `${PREFIX}${randomBytes(32).toString('base64url')}`;
}
