/** Offsets and signatures: PKWARE's APPNOTE.TXT, sections 4.3.12 and 4.3.16. */
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;

/**
 * Lists the names in a zip archive's central directory, in its order. Folders end with `/`.
 *
 * @throws {TypeError} for bytes that are no zip archive without a comment and of less than 4 GiB.
 */
export function zipEntries(zip: Buffer): string[] {
  const end = zip.length - END_BYTES;
  if (end < 0 || zip.readUInt32LE(end) !== END_SIGNATURE) throw new TypeError('not a zip archive');
  const names: string[] = [];
  let offset = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(offset) === ENTRY_SIGNATURE) {
    const nameBytes = zip.readUInt16LE(offset + 28);
    const extraBytes = zip.readUInt16LE(offset + 30);
    const commentBytes = zip.readUInt16LE(offset + 32);
    const name = offset + ENTRY_BYTES;
    names.push(zip.toString('utf8', name, name + nameBytes));
    offset = name + nameBytes + extraBytes + commentBytes;
  }
  return names;
}
