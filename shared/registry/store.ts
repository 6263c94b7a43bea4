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

/** What is known of an object without reading it. */
export interface ObjectFacts {
  readonly generation: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** When it was written, in milliseconds since 1970 on the store's own clock. */
  readonly writtenAt: number;
}

export interface WriteOptions {
  /** Told how many bytes the store has so far, every few megabytes. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
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
   * Reads a whole object unless it is still of a generation that is known; then nothing but headers is sent.
   *
   * @returns undefined where it is.
   * @throws {ServingError} as `read`
   */
  readIfChanged(
    key: string,
    generation: string,
    options?: Pick<ReadOptions, 'signal'>,
  ): Promise<StoredObject | undefined>;

  /** What is known of an object; undefined when there is none. @throws {ServingError} `store-unavailable` */
  stat(key: string): Promise<ObjectFacts | undefined>;

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
  write(
    key: string,
    bytes: Uint8Array,
    ifGeneration: string | 'absent',
    options?: WriteOptions,
  ): Promise<string>;

  /**
   * Removes an object if its generation is still the given one. One that is gone already is no error: whoever asks
   * again after a lost answer wants it gone.
   *
   * @throws {ServingError} `conflict` when somebody else wrote it; `store-unavailable`
   */
  remove(key: string, ifGeneration: string): Promise<void>;
}
