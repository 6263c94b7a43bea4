import type { OnnxFile } from '../decode';
import type { Finding } from '../finding';

/** A file after a repair, or as it was, with what was found. */
export interface Repaired {
  readonly file: OnnxFile;
  readonly findings: readonly Finding[];
}
