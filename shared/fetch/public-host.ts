import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from '../core/address';
import { ServingError } from '../core/errors';

/** All addresses of a host name, IPv4 first; none when the name does not exist. */
export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * All addresses of a host, each of them public: a host with one public address and one private is refused, because
 * nobody serves images like that, and whoever tries it is after the private one.
 *
 * The answer is the one to connect to. Asked a second time, a name server may say something else.
 *
 * @param host as URLs have it: an IPv6 address is in brackets.
 * @throws {ServingError} `url-not-allowed`, which does not tell a private address from none, or it would tell which
 * names exist inside; `url-fetch-failed` when no name server answers.
 */
export async function resolvePublicHost(
  host: string,
  {
    lookup,
    isPublic = isPublicAddress,
  }: { lookup: Lookup; isPublic?: ((address: string) => boolean) | undefined },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  // Connecting to an address asks no name server, so that no hook sees it: it is checked here or nowhere.
  const addresses = isIP(bare) === 0 ? await lookup(bare, signal) : [bare];
  if (addresses.length > 0 && addresses.every((address) => isPublic(address))) return addresses;
  throw new ServingError('url-not-allowed', 'expected a host with public addresses and no others');
}

/** What a name server that works says about a name, or a type of address, that there is not. */
const NO_ADDRESS = ['ENOTFOUND', 'ENODATA', 'EBADNAME'];

/**
 * Makes a lookup that asks the name servers of this machine, or others.
 *
 * Not `dns.lookup`: that one blocks a thread of the four which also decode images for as long as somebody's name
 * server pleases, cannot be cancelled, and believes the hosts file and the search list of the network it is in.
 */
export function createLookup({
  timeoutMs,
  servers,
}: {
  timeoutMs: number;
  servers?: readonly string[];
}): Lookup {
  return async function lookup(host, signal) {
    signal.throwIfAborted();
    const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return addressesIn(await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** One kind of address is enough: only what is found is connected to. */
function addressesIn(answers: readonly PromiseSettledResult<string[]>[]): readonly string[] {
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failure = answers.find((answer) => answer.status === 'rejected' && !isNoAddress(answer.reason));
  if (found.length > 0 || failure?.status !== 'rejected') return found;
  throw new ServingError('url-fetch-failed', 'no name server knew the address of the host in time', {
    cause: failure.reason,
  });
}

function isNoAddress(reason: unknown): boolean {
  return NO_ADDRESS.includes(String((reason as NodeJS.ErrnoException).code));
}
