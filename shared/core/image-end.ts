import type { ImageType } from './image-type';

/**
 * Says whether the end of an image is missing, as far as that can be told from its bytes without decoding them.
 * Bytes after the end are no matter.
 */
export function isCutOff(bytes: Uint8Array, type: ImageType): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case 'jpeg':
      return buffer.lastIndexOf(JPEG_END) === -1;
    case 'png':
      return buffer.lastIndexOf('IEND', undefined, 'latin1') === -1;
    case 'gif':
      return buffer.at(-1) !== GIF_END;
    case 'webp':
      // The size that RIFF gives does not count the eight bytes before it is over.
      return buffer.length < 8 || buffer.readUInt32LE(4) + 8 > buffer.length;
    case 'avif':
      return lastBoxEnd(buffer) > buffer.length;
    case 'tiff':
      // Its parts lie in any order, so nothing marks an end.
      return false;
  }
}

/** End of image: ITU-T T.81, table B.1. */
const JPEG_END = Buffer.from([0xff, 0xd9]);

/** The trailer: GIF89a, section 27. */
const GIF_END = 0x3b;

/** Where the last box that begins in a file says it ends (ISO/IEC 14496-12, section 4.2). */
function lastBoxEnd(buffer: Buffer): number {
  let at = 0;
  while (at + 8 <= buffer.length) {
    const size = buffer.readUInt32BE(at);
    // 0 reaches to the end of the file; 1 has its size elsewhere, for boxes beyond 4 GB.
    if (size < 8) return buffer.length;
    at += size;
  }
  return at;
}
