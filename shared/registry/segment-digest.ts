import { createHash } from 'node:crypto';

/** The SHA-256 of a buffer that is being filled. */
export interface SegmentDigest {
  /** To be told of every stretch that has just been written; one may be written again. */
  written(start: number, end: number): void;
  /** The digest, once all of it is written. */
  hex(): string;
}

/** Hashes a buffer while its segments are being filled side by side, as far as there is no gap. */
export function createSegmentDigest(bytes: Uint8Array, segmentBytes: number): SegmentDigest {
  let hash = createHash('sha256');
  let hashed = 0;
  /** One past the last byte written of each segment. */
  let filled: number[] = [];
  function hashUpTo(end: number): void {
    hash.update(bytes.subarray(hashed, end));
    hashed = end;
  }
  return {
    written(start: number, end: number): void {
      if (start < hashed) {
        // Written again: what was hashed may not be what is there now.
        hash = createHash('sha256');
        hashed = 0;
        filled = [];
      }
      for (let at = start; at < end; at = segmentEnd(at, segmentBytes)) {
        filled[Math.floor(at / segmentBytes)] = Math.min(end, segmentEnd(at, segmentBytes));
      }
      for (let upTo = filled[0] ?? 0; upTo > hashed; upTo = filled[Math.floor(hashed / segmentBytes)] ?? 0) {
        hashUpTo(upTo);
      }
    },
    hex(): string {
      hashUpTo(bytes.length);
      return hash.digest('hex');
    },
  };
}

function segmentEnd(at: number, segmentBytes: number): number {
  return (Math.floor(at / segmentBytes) + 1) * segmentBytes;
}
