import { clientAddress } from '../../shared/access/client-address';
import type { HttpRequest } from '../../shared/core/http';

function addressOf(
  forwarded: string | undefined,
  hops: number,
  remoteAddress: string | undefined = '10.0.0.9',
) {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return clientAddress({ headers, remoteAddress } as unknown as HttpRequest, hops);
}

test.each([
  ['no proxy is trusted', '203.0.113.1', 0, '10.0.0.9'],
  ['one is', '203.0.113.1', 1, '203.0.113.1'],
  ['the caller made one up', '198.51.100.1, 203.0.113.1', 1, '203.0.113.1'],
  ['the caller made many up', '1.1.1.1,2.2.2.2,3.3.3.3, 203.0.113.1', 1, '203.0.113.1'],
  ['a load balancer stands before', '198.51.100.1, 203.0.113.1, 192.0.2.7', 2, '203.0.113.1'],
  ['there are fewer than are trusted', '203.0.113.1', 3, '203.0.113.1'],
  ['there is none', undefined, 1, '10.0.0.9'],
  ['it is empty', '', 1, '10.0.0.9'],
  ['it is no address', 'unknown', 1, '10.0.0.9'],
  ['it has a port', '203.0.113.1:4711', 1, '203.0.113.1'],
  ['it is IPv6 with a port', '[2001:db8::1]:4711', 1, '2001:db8:0:0::/64'],
  ['it is IPv4 in IPv6', '::ffff:203.0.113.1', 1, '203.0.113.1'],
])('where %s, the caller is found', (_, forwarded, hops, expected) => {
  expect(addressOf(forwarded, hops)).toBe(expected);
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::2:3:4:5:6', '2001:db8:0:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
])('%s is counted as its network', (address, expected) => {
  expect(addressOf(address, 1)).toBe(expected);
});

test('a connection that is gone has no address', () => {
  expect(clientAddress({ headers: {} } as unknown as HttpRequest, 0)).toBe('unknown');
});
