/** Bytes of one object, and the generation they belong to. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Changes with every write of the object. Opaque: only equality means anything. */
  readonly generation: string;
}

/** What is known about an object before it is read; the read fails unless the bytes agree. */
export interface ExpectedObject {
  /** Exact size in bytes. */
  readonly bytes: number;
  /** Lower-case hex digest over the whole object. */
  readonly sha256: string;
}

export interface ReadOptions {
  readonly expected?: ExpectedObject;
  readonly signal?: AbortSignal;
}

/**
 * A flat namespace of objects, with `/` in keys by convention: a bucket under a prefix, or a folder.
 * Every implementation passes the same contract test.
 */
export interface Store {
  /** Where this store is, for people: `gs://bucket/prefix` or a path. */
  readonly uri: string;

  /**
   * Reads a whole object.
   *
   * @throws {ServingError} `object-not-found`; `corrupt-artifact` when the bytes are not the expected ones;
   *   `store-unavailable` when the store fails or the deadline passes.
   */
  read(key: string, options?: ReadOptions): Promise<StoredObject>;

  /**
   * Names what lies directly under a prefix (which ends with `/`, or is empty for the root): keys of objects
   * as they are, deeper levels once each as their next segment with a trailing `/`. Sorted, relative to the prefix.
   *
   * @throws {ServingError} `store-unavailable`
   */
  list(prefix: string): Promise<readonly string[]>;

  /**
   * Writes an object if its generation is still the given one, or if there is none for `'absent'`.
   *
   * @returns the new generation.
   * @throws {ServingError} `conflict` when somebody else wrote first; `store-unavailable`
   */
  write(key: string, bytes: Uint8Array, ifGeneration: string | 'absent'): Promise<string>;
}
