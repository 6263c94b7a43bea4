import { ServingError } from '../core/errors';
import { createLocalStore } from './local-store';
import type { Store } from './store';

/** What the environment says about where Cloud Storage is. */
export interface StoreEnvironment {
  /** `GCS_API_ENDPOINT`: base URL of an emulator. */
  readonly gcsApiEndpoint?: string | undefined;
  /** `STORAGE_EMULATOR_HOST`: what other clients read; refused here. */
  readonly storageEmulatorHost?: string | undefined;
  /** Longest time for one object, in milliseconds. */
  readonly loadTimeoutMs?: number | undefined;
}

/**
 * Opens the store an address names: `gs://bucket/prefix`, else a folder. What Cloud Storage needs is loaded only
 * for the former.
 *
 * @throws {ServingError} `store-unavailable` for an address or an environment that cannot work.
 */
export async function openStore(uri: string, environment: StoreEnvironment = {}): Promise<Store> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri)?.[1];
  if (scheme === undefined) return createLocalStore(uri);
  if (scheme !== 'gs') throw refused(`a store is gs://bucket/prefix or a path, got ${scheme}://`);
  const location = parseLocation(uri);
  checkEnvironment(environment);
  const { createGcsStore } = await import('./gcs-store');
  const { gcsApiEndpoint, loadTimeoutMs } = environment;
  return createGcsStore({
    ...location,
    endpoint: gcsApiEndpoint || undefined,
    ...(loadTimeoutMs !== undefined && { limits: { deadlineMs: loadTimeoutMs } }),
  });
}

/** Takes `gs://bucket/prefix` apart; the prefix has no slash at either end. @throws {ServingError} `store-unavailable` */
export function parseLocation(uri: string): { bucket: string; prefix: string } {
  const [, bucket, prefix = ''] = LOCATION.exec(uri) ?? [];
  if (bucket === undefined) throw refused(`"${uri}" names no bucket, expected gs://bucket/prefix`);
  return { bucket, prefix: prefix.replace(/^\/+|\/+$/g, '') };
}

/** Names of buckets: https://cloud.google.com/storage/docs/buckets#naming */
const LOCATION = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/(.*))?$/;

/**
 * The client library reads STORAGE_EMULATOR_HOST itself, from the environment, and then asks for addresses that no
 * emulator has (https://github.com/googleapis/nodejs-storage/issues/1314), whatever endpoint it is given besides.
 */
function checkEnvironment({ gcsApiEndpoint, storageEmulatorHost }: StoreEnvironment): void {
  if (storageEmulatorHost) {
    const advice = gcsApiEndpoint
      ? 'unset it: GCS_API_ENDPOINT, which is set too, is enough'
      : `unset it and set GCS_API_ENDPOINT=${withScheme(storageEmulatorHost)} instead`;
    throw refused(`STORAGE_EMULATOR_HOST breaks the Cloud Storage client library; ${advice}`);
  }
  if (gcsApiEndpoint && !/^https?:\/\/[^/]/.test(gcsApiEndpoint)) {
    throw refused(`GCS_API_ENDPOINT must begin with http:// or https://, got "${gcsApiEndpoint}"`);
  }
}

function withScheme(host: string): string {
  return host.includes('://') ? host : `http://${host}`;
}

function refused(detail: string): ServingError {
  return new ServingError('store-unavailable', detail, { isMisconfigured: true });
}
