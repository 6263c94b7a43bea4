import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A short name that changes with the contents of files and with further facts: names what is made from them. */
export function digestOf(files: readonly string[], ...facts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  for (const fact of facts) hash.update(fact).update('\0');
  return hash.digest('hex').slice(0, 16);
}
