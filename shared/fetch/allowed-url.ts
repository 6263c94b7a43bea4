import { ServingError } from '../core/errors';

/** Which URLs may be fetched at all, before their names are resolved. */
export interface UrlRules {
  /** Host names, and `*.example.com` for every name below one; `*` for any. None when empty. */
  readonly hosts: readonly string[] | '*';
  /** TCP ports, given or implied. */
  readonly ports: readonly number[];
}

/**
 * Checks a URL and gives it as it will be fetched: its host in the spelling of name servers, without a dot at its
 * end. With the URL it redirects from, it may be relative, and must not leave https.
 *
 * @throws {ServingError} `url-not-allowed`
 */
export type UrlCheck = (text: string, from?: URL) => URL;

/** Signed URLs have two thousand characters and more; servers refuse what is not much longer than this. */
const MAX_URL_LENGTH = 8192;

/**
 * Makes the check for some rules.
 *
 * @throws {TypeError} for what is no host pattern.
 */
export function createUrlCheck({ hosts, ports }: UrlRules): UrlCheck {
  const isAllowedHost = hosts === '*' ? () => true : matcherOf(hosts.map(toHostPattern));

  return function checkUrl(text, from) {
    if (hosts.length === 0) throw new ServingError('url-not-allowed', 'this service fetches nothing by URL');
    const url = parseUrl(text, from);
    checkScheme(url, from);
    if (url.username !== '' || url.password !== '') throw refusal('a URL without a user name and a password');
    if (!ports.includes(portOf(url))) throw refusal(`port ${ports.join(' or ')}`, String(portOf(url)));
    url.hash = '';
    // `example.com.` is the same host, but not to a certificate or an allow list.
    if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
    if (!isAllowedHost(url.hostname)) throw refusal('a host that this service is allowed to fetch from');
    return url;
  };
}

/**
 * A host pattern as URLs spell hosts: lower case, other scripts in Punycode, addresses in their one form.
 *
 * @throws {TypeError} for what is neither a host name, nor `*.` before one, nor an address.
 */
export function toHostPattern(text: string): string {
  const [, wildcard = '', host = ''] = /^(\*\.)?(.*)$/.exec(text.trim()) ?? [];
  const isBare = /^(\[[\da-f:.]+\]|[^\s:/?#@\\*[\]]+)$/i.test(host);
  const hostname = isBare ? tryUrl(`http://${host}`)?.hostname : undefined;
  if (hostname === undefined) {
    throw new TypeError(`expected host names like images.example.com or *.example.com, got "${text}"`);
  }
  return wildcard + hostname.replace(/\.$/, '');
}

function matcherOf(patterns: readonly string[]): (host: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.startsWith('*')));
  const suffixes = patterns.filter((pattern) => pattern.startsWith('*')).map((pattern) => pattern.slice(1));
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}

/** From here on there is the parsed URL only: a second parser might find another host in the text. */
function parseUrl(text: string, from: URL | undefined): URL {
  if (text.length > MAX_URL_LENGTH) {
    throw refusal(`a URL of at most ${MAX_URL_LENGTH} characters`, String(text.length));
  }
  const url = tryUrl(text, from);
  if (url === undefined) throw refusal('a URL like https://images.example.com/cat.jpg');
  return url;
}

function tryUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

function checkScheme({ protocol }: URL, from: URL | undefined): void {
  if (from?.protocol === 'https:' && protocol === 'http:')
    throw refusal('https, as the redirect was', 'http');
  if (protocol !== 'https:' && protocol !== 'http:') throw refusal('https or http', protocol.slice(0, -1));
}

function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** Never says what came where that is a host: the URL may come from a redirect, and the host from inside. */
function refusal(expected: string, got?: string): ServingError {
  return new ServingError(
    'url-not-allowed',
    `expected ${expected}${got === undefined ? '' : `, got ${got}`}`,
  );
}
