import type { GcsEmulator } from './gcs-emulator';

/** A bucket of the emulator's own, as a test looks into it. */
export interface TestBucket {
  readonly name: string;
  /** Uploads an object and gives the event that Eventarc would make of it. */
  put(name: string, bytes: string | Uint8Array, contentType?: string): Promise<FinalizedEvent>;
  /** The text of an object; undefined when there is none. */
  read(name: string): Promise<string | undefined>;
  /** Names of the objects under a prefix, sorted. */
  list(prefix: string): Promise<readonly string[]>;
}

/** The CloudEvent of an object that has been written, with the data of google.cloud.storage.object.v1.finalized. */
export interface FinalizedEvent {
  readonly type: string;
  readonly data: {
    readonly bucket: string;
    readonly name: string;
    readonly generation: string;
    readonly contentType: string;
    readonly size: string;
  };
}

let buckets = 0;

/** Makes an empty bucket. The emulator announces objects by Pub/Sub only, so the events are made here. */
export async function createBucket(emulator: GcsEmulator): Promise<TestBucket> {
  const bucket = `bulk-${process.pid}-${++buckets}`;
  await emulator.createBucket(bucket);
  const api = `${emulator.endpoint}/storage/v1/b/${bucket}/o`;
  return {
    name: bucket,
    async put(name, bytes, contentType = 'application/octet-stream') {
      const query = `uploadType=media&name=${encodeURIComponent(name)}`;
      const url = `${emulator.endpoint}/upload/storage/v1/b/${bucket}/o?${query}`;
      const answer = await fetch(url, {
        method: 'POST',
        body: bytes,
        headers: { 'content-type': contentType },
      });
      const { generation, size } = (await answer.json()) as { generation: string; size: string };
      return {
        type: 'google.cloud.storage.object.v1.finalized',
        data: { bucket, name, generation: String(generation), contentType, size: String(size) },
      };
    },
    async read(name) {
      const answer = await fetch(`${api}/${encodeURIComponent(name)}?alt=media`);
      return answer.ok ? answer.text() : undefined;
    },
    async list(prefix) {
      const answer = await fetch(`${api}?prefix=${encodeURIComponent(prefix)}`);
      const { items = [] } = (await answer.json()) as { items?: { name: string }[] };
      return items.map(({ name }) => name).sort();
    },
  };
}
