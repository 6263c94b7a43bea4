import { isPublicAddress } from '../../shared/core/address';
import {
  createUrlFetcher,
  type FetchUrl,
  type UrlFetcherOptions,
  type UrlFetcherParts,
} from '../../shared/fetch/fetch-url';
import type { RawServer } from './raw-server';

/** Largest body that `localFetcher` takes, in bytes. */
export const MAX_BYTES = 100_000;

/** What is said about a host that has another address than public ones, or none. */
export const NOT_PUBLIC = 'expected a host with public addresses and no others';

/** The loopback address of the test server counts as public, and every name leads there. */
export const LOCAL_PARTS = {
  lookup: async () => ['127.0.0.1'],
  isPublic: (address: string) => address === '127.0.0.1' || isPublicAddress(address),
} satisfies UrlFetcherParts;

/** A fetcher that may reach a test server besides what is public. */
export function localFetcher(
  { port }: RawServer,
  options: Partial<UrlFetcherOptions> = {},
  parts: UrlFetcherParts = LOCAL_PARTS,
): FetchUrl {
  const ports = [80, 443, port];
  return createUrlFetcher(
    { allowedHosts: '*', maxBytes: MAX_BYTES, timeoutMs: 5_000, ports, ...options },
    parts,
  );
}

/** A URL of the test server, under a public name. */
export function urlOf({ port }: RawServer, path = '/cat.png', host = 'images.example'): string {
  return `http://${host}:${port}${path}`;
}
