import { isIP, isIPv4, isIPv6 } from 'node:net';
import { type HttpRequest, header } from '../core/http';

/**
 * The address that a request came from. Each proxy adds the address that it was called from at the right end of
 * `X-Forwarded-For`, so only as many entries from there can be trusted as there are proxies of ours; what stands left of
 * them, the caller may have written.
 *
 * @param trustedHops proxies in front of this service; 0 takes the address that opened the connection.
 */
export function callerAddress(request: HttpRequest, trustedHops: number): string | undefined {
  const forwarded = trustedHops === 0 ? undefined : header(request, 'x-forwarded-for');
  if (forwarded === undefined) return request.remoteAddress;
  const entries = forwarded.split(',');
  const entry = withoutPort((entries[Math.max(0, entries.length - trustedHops)] ?? '').trim());
  return isIP(entry) === 0 ? request.remoteAddress : entry;
}

/** The same as a request is counted under, where nobody says who it is from. */
export function clientAddress(request: HttpRequest, trustedHops: number): string {
  return toNetwork(callerAddress(request, trustedHops) ?? '') ?? 'unknown';
}

/** Some proxies write where the connection came from with its port. */
function withoutPort(entry: string): string {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(entry) ?? [];
  return bracketed ?? entry.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

/** Whoever has one IPv6 address has 2^64 of them: they are counted together. Undefined for what is no address. */
function toNetwork(address: string): string | undefined {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return plain;
  return isIPv6(plain) ? `${expand(plain).slice(0, 4).join(':')}::/64` : undefined;
}

/** All groups of an IPv6 address, without leading zeros. */
function expand(address: string): string[] {
  const [front = [], back] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const given = back === undefined ? front : [...front, ...zeros(8 - front.length - back.length), ...back];
  return given.map((group) => Number.parseInt(group, 16).toString(16));
}

function zeros(count: number): string[] {
  return new Array<string>(count).fill('0');
}
