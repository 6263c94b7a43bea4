/** What an IP address is for; only what is `public` can be reached by anybody on the internet. */
export type AddressKind =
  | 'public'
  | 'invalid'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'broadcast'
  | 'documentation'
  | 'benchmarking'
  | 'discard'
  | 'ipv4-in-ipv6'
  | 'tunnel'
  | 'infrastructure'
  | 'reserved';

/**
 * Where each address belongs that is not for everybody; the first row that holds an address decides.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const SPECIAL: readonly (readonly [prefix: string, kind: AddressKind])[] = [
  // Where clouds keep credentials. Most lie in ranges below; Azure's is an address like any other.
  ['169.254.169.254/32', 'metadata'],
  ['169.254.170.2/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['fd00:ec2::254/128', 'metadata'],
  ['fd20:ce::254/128', 'metadata'],

  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'private'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'infrastructure'],
  ['192.52.193.0/24', 'infrastructure'],
  ['192.88.99.0/24', 'tunnel'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'infrastructure'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],

  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  // Compatible, mapped and translated: other spellings of IPv4 that no name server has reason to give.
  ['::/96', 'ipv4-in-ipv6'],
  ['::ffff:0:0/96', 'ipv4-in-ipv6'],
  ['::ffff:0:0:0/96', 'ipv4-in-ipv6'],
  ['64:ff9b:1::/48', 'tunnel'],
  ['100::/64', 'discard'],
  ['100:0:0:1::/64', 'discard'],
  ['2001::/32', 'tunnel'],
  ['2001:2::/48', 'benchmarking'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', 'tunnel'],
  ['2620:4f:8000::/48', 'infrastructure'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'reserved'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
  // Unicast that has been given out is in here, and nowhere else.
  ['2000::/3', 'public'],
  ['::/0', 'reserved'],
];

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const DOTTED = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);
const DOTTED_END = /(?<=:)[\d.]+\.[\d.]+$/;

/** Addresses that a NAT64 turns back into the IPv4 address in their last 32 bits (RFC 6052, section 2.1). */
const NAT64 = toPrefix('64:ff9b::/96');

const RANGES = SPECIAL.map(([prefix, kind]) => ({ ...toPrefix(prefix), kind }));

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

interface Prefix extends Address {
  readonly length: number;
}

/**
 * What an address is for, in the one spelling of IPv4 that has no leading zero, or in any of IPv6; `invalid` for
 * everything else, zone ids included.
 *
 * An address behind a NAT64 is what it is translated to. Prefixes that a network chose itself for that cannot be told.
 */
export function addressKind(text: string): AddressKind {
  const address = parseIpv4(text) ?? parseIpv6(text);
  if (address === undefined) return 'invalid';
  return isWithin(address, NAT64)
    ? kindOf({ bits: 32, value: address.value & 0xffffffffn })
    : kindOf(address);
}

/** Whether an address can be reached by anybody on the internet, so that reaching it reveals nothing. */
export function isPublicAddress(text: string): boolean {
  return addressKind(text) === 'public';
}

function kindOf(address: Address): AddressKind {
  return RANGES.find((range) => isWithin(address, range))?.kind ?? 'public';
}

function isWithin({ bits, value }: Address, prefix: Prefix): boolean {
  const shift = BigInt(bits - prefix.length);
  return bits === prefix.bits && value >> shift === prefix.value >> shift;
}

function toPrefix(text: string): Prefix {
  const [address = '', length] = text.split('/');
  const parsed = parseIpv4(address) ?? parseIpv6(address);
  if (parsed === undefined) throw new TypeError(`expected an address and a length, got "${text}"`);
  return { ...parsed, length: Number(length) };
}

function parseIpv4(text: string): Address | undefined {
  const octets = DOTTED.exec(text)?.slice(1);
  if (octets === undefined) return undefined;
  return { bits: 32, value: octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n) };
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.replace(DOTTED_END, toGroups).split('::').map(parseGroups);
  const [front, back] = halves;
  if (front === undefined || halves.length > 2 || halves.includes(undefined)) return undefined;
  const given = front.length + (back?.length ?? 0);
  // A double colon stands for at least one group.
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const groups = [...front, ...new Array<bigint>(8 - given).fill(0n), ...(back ?? [])];
  return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | group, 0n) };
}

/** `127.0.0.1` as `7f00:1`; left as it is, which is no group, when it is no address. */
function toGroups(dotted: string): string {
  const value = parseIpv4(dotted)?.value;
  return value === undefined ? dotted : `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function parseGroups(half: string): bigint[] | undefined {
  if (half === '') return [];
  const groups = half.split(':');
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => BigInt(`0x${group}`))
    : undefined;
}
