import { isAbsolute } from 'node:path';

/** What an object must be for a write to happen. */
export interface WriteOptions {
  /** The generation that must be there still, or `'absent'` for none. Anything may be there when left out. */
  readonly ifGeneration?: string | 'absent';
  readonly contentType?: string;
  /** Digest of the whole in base64, where it is known beforehand: the store refuses other bytes. */
  readonly md5?: string;
}

/** One object, wherever it is. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly name: string;
}

/** The objects of a bucket whose names begin with a prefix. */
export interface ObjectPrefix {
  readonly bucket: string;
  readonly prefix: string;
}

/** An object as a listing tells of it. */
export interface ListedObject {
  readonly name: string;
  readonly generation: string;
  /** Undefined where nobody said. */
  readonly contentType?: string;
}

/**
 * Objects of any size, in any bucket, read and written as streams. A folder is a bucket too, whose name is its absolute
 * path.
 */
export interface ObjectFiles {
  /**
   * Reads one generation of an object as it is stored, so that what was stored compressed comes compressed. Bytes are
   * asked for no faster than they are taken, and a connection that is lost is taken up again where it ended.
   *
   * @throws {ServingError} from the iteration: `object-not-found` when there is no such generation any more;
   *   `store-unavailable`
   */
  openRead(address: ObjectAddress, generation: string): AsyncIterable<Uint8Array>;

  /**
   * Writes an object as its pieces come. It appears when the last one is written, and not at all if the source throws.
   *
   * @returns the new generation; undefined where the precondition failed.
   * @throws {ServingError} `store-unavailable`; whatever the source throws
   */
  write(
    address: ObjectAddress,
    source: AsyncIterable<string | Uint8Array>,
    options?: WriteOptions,
  ): Promise<string | undefined>;

  /** The generation of an object; undefined when there is none. @throws {ServingError} `store-unavailable` */
  stat(address: ObjectAddress): Promise<string | undefined>;

  /** Names what lies under a prefix, at any depth, in the order of the names. @throws {ServingError} `store-unavailable` */
  list(where: ObjectPrefix): AsyncIterable<ListedObject>;
}

/** Whether a bucket is a folder: no name of a bucket begins as a path does. */
export const isFolder = (bucket: string): boolean => isAbsolute(bucket);

/** The address of an object, or of all below a prefix, as people write it. */
export function uriOf({ bucket, ...rest }: ObjectAddress | ObjectPrefix): string {
  const path = 'name' in rest ? rest.name : rest.prefix;
  return isFolder(bucket) ? `${bucket}/${path}` : `gs://${bucket}/${path}`;
}
