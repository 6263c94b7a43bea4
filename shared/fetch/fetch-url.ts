import type { IncomingMessage } from 'node:http';
import { withDeadline } from '../core/deadline';
import { hasCode, ServingError } from '../core/errors';
import { createUrlCheck, type UrlCheck } from './allowed-url';
import { type FetchedBody, readBody } from './fetched-body';
import { openResponse } from './http-response';
import { createLookup, type Lookup, resolvePublicHost } from './public-host';

export interface UrlFetcherOptions {
  /** Host names, and `*.example.com` for every name below one; `*` for any public host. None when empty. */
  readonly allowedHosts: readonly string[] | '*';
  /** Largest body, in bytes. */
  readonly maxBytes: number;
  /** Longest all of it may take, from resolving the name to the last byte behind the last redirect, in milliseconds. */
  readonly timeoutMs: number;
  /** Longest time without a byte, and about the longest for a name server, in milliseconds. @default `timeoutMs` / 2 */
  readonly idleTimeoutMs?: number;
  /** @default 3 */
  readonly maxRedirects?: number;
  /** TCP ports that may be connected to. @default 80 and 443 */
  readonly ports?: readonly number[];
  /** Media types, `image/*` for all that begin so. @default `image/*` */
  readonly contentTypes?: readonly string[];
}

/** All that a test may replace. */
export interface UrlFetcherParts {
  readonly lookup?: Lookup;
  /** Which addresses may be connected to. */
  readonly isPublic?: (address: string) => boolean;
  /** Certificate authorities in PEM. */
  readonly ca?: string;
}

/** What is behind a URL. */
export interface FetchedUrl extends FetchedBody {
  /** Where it was, after redirects. */
  readonly finalUrl: string;
}

/**
 * Fetches what is behind a URL; aborting ends the connection and rejects with the reason of the signal.
 *
 * @throws {ServingError} `url-not-allowed`, `url-not-an-image` and `payload-too-large`, which stay as they are;
 * `url-fetch-failed` and `upstream-timeout`, which may pass. None says what answered, or from where.
 */
export type FetchUrl = (url: string, signal?: AbortSignal) => Promise<FetchedUrl>;

/**
 * Makes a function that fetches by URL for somebody who must not reach more by it than anybody on the internet can.
 *
 * Every URL, redirects included, is checked by its text and then by all addresses of its host, and the connection
 * goes to the addresses that were checked. It sends no credentials, cookies or cache validators.
 *
 * @throws {TypeError} for what is no host pattern.
 */
export function createUrlFetcher(options: UrlFetcherOptions, parts: UrlFetcherParts = {}): FetchUrl {
  const { allowedHosts, timeoutMs, ports = [80, 443] } = options;
  const hop = createHop(options, parts);
  const checkUrl = createUrlCheck({ hosts: allowedHosts, ports });
  const late = () =>
    new ServingError('upstream-timeout', `the server of the URL did not finish within ${timeoutMs} ms`);

  return function fetchUrl(text, signal) {
    return withDeadline({ ms: timeoutMs, signal, late }, (inner) =>
      follow(text, { hop, checkUrl, maxRedirects: options.maxRedirects ?? 3, signal: inner }),
    );
  };
}

/** What one URL answers with: where to go on, or a body. */
type Hop = (url: URL, signal: AbortSignal) => Promise<string | FetchedBody>;

interface Route {
  readonly hop: Hop;
  readonly checkUrl: UrlCheck;
  readonly maxRedirects: number;
  readonly signal: AbortSignal;
}

async function follow(text: string, { hop, checkUrl, maxRedirects, signal }: Route): Promise<FetchedUrl> {
  let url = checkUrl(text);
  let redirects = 0;
  try {
    for (;;) {
      const answer = await hop(url, signal);
      if (typeof answer !== 'string') return { ...answer, finalUrl: url.href };
      redirects++;
      if (redirects > maxRedirects) throw tooManyRedirects(maxRedirects);
      url = checkUrl(answer, url);
    }
  } catch (cause) {
    throw redirects > 0 && hasCode(cause, 'url-not-allowed') ? redirected(cause) : cause;
  }
}

function tooManyRedirects(max: number): ServingError {
  return new ServingError('url-not-allowed', `expected at most ${max} in a row`);
}

/** Tells a caller, whose own URL is allowed, what it is that is not. */
function redirected(cause: ServingError): ServingError {
  return new ServingError('url-not-allowed', `the URL redirects: ${cause.message}`, { cause });
}

function createHop(options: UrlFetcherOptions, { isPublic, ca, ...parts }: UrlFetcherParts): Hop {
  const { maxBytes, timeoutMs, idleTimeoutMs = timeoutMs / 2, contentTypes = ['image/*'] } = options;
  const lookup = parts.lookup ?? createLookup({ timeoutMs: idleTimeoutMs / 2 });
  const headers = {
    accept: contentTypes.join(', '),
    'accept-encoding': 'identity',
    'user-agent': 'onnx-functions',
  };

  return async function hop(url, signal) {
    const addresses = await resolvePublicHost(url.hostname, { lookup, isPublic }, signal);
    const response = await openResponse(url, { addresses, headers, idleTimeoutMs, signal, ca });
    try {
      return redirectOf(response) ?? (await readBody(response, { maxBytes, contentTypes }));
    } finally {
      // A body that nobody wants is not waited for.
      response.destroy();
    }
  };
}

function redirectOf({ statusCode, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode ?? 0) ? headers.location : undefined;
}
