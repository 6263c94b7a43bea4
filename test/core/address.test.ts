import { isIP, isIPv6 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { addressKind, isPublicAddress } from '../../shared/core/address';

describe('addressKind()', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['1.0.0.0', 'public'],
    ['9.255.255.255', 'public'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
    ['126.255.255.255', 'public'],
    ['128.0.0.0', 'public'],
    ['169.253.255.255', 'public'],
    ['169.255.0.0', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['192.167.255.255', 'public'],
    ['192.169.0.0', 'public'],
    ['198.17.255.255', 'public'],
    ['198.20.0.0', 'public'],
    ['223.255.255.255', 'public'],
    ['0.0.0.0', 'unspecified'],
    ['0.255.255.255', 'unspecified'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['100.64.0.0', 'private'],
    ['100.127.255.255', 'private'],
    ['100.100.100.200', 'metadata'],
    ['127.0.0.0', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['168.63.129.16', 'metadata'],
    ['168.63.129.15', 'public'],
    ['169.254.0.0', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['169.254.255.255', 'link-local'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.0', 'reserved'],
    ['192.0.0.192', 'metadata'],
    ['192.0.2.1', 'documentation'],
    ['192.31.196.1', 'infrastructure'],
    ['192.52.193.1', 'infrastructure'],
    ['192.88.99.1', 'tunnel'],
    ['192.168.0.0', 'private'],
    ['192.168.255.255', 'private'],
    ['192.175.48.1', 'infrastructure'],
    ['198.18.0.0', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.0', 'reserved'],
    ['255.255.255.254', 'reserved'],
    ['255.255.255.255', 'broadcast'],
  ])('finds the IPv4 address %s %s', (address, expected) => {
    expect(addressKind(address)).toBe(expected);
  });

  test.each([
    ['2606:4700:4700::1111', 'public'],
    ['2606:4700:4700:0000:0000:0000:0000:1111', 'public'],
    ['2A00:1450:4001:831::200E', 'public'],
    ['2001:200::', 'public'],
    ['2001:4860:4860::8888', 'public'],
    ['2003::1', 'public'],
    ['3ffe::1', 'public'],
    ['::', 'unspecified'],
    ['0:0:0:0:0:0:0:0', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::0.0.0.1', 'loopback'],
    ['::2', 'ipv4-in-ipv6'],
    ['::127.0.0.1', 'ipv4-in-ipv6'],
    ['::ffff:127.0.0.1', 'ipv4-in-ipv6'],
    ['::ffff:7f00:1', 'ipv4-in-ipv6'],
    ['::FFFF:a9fe:a9fe', 'ipv4-in-ipv6'],
    ['::ffff:8.8.8.8', 'ipv4-in-ipv6'],
    ['::ffff:0:7f00:1', 'ipv4-in-ipv6'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['64:ff9b::169.254.169.254', 'metadata'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b:1::8.8.8.8', 'tunnel'],
    ['64:ff9b:2::8.8.8.8', 'reserved'],
    ['100::1', 'discard'],
    ['100:0:0:1::1', 'discard'],
    ['100:0:0:2::1', 'reserved'],
    ['2001::1', 'tunnel'],
    ['2001:0:53aa:64c:0:fbff:5601:101', 'tunnel'],
    ['2001:2::1', 'benchmarking'],
    ['2001:20::1', 'reserved'],
    ['2001:1ff:ffff::1', 'reserved'],
    ['2001:db8::1', 'documentation'],
    ['2002:a9fe:a9fe::', 'tunnel'],
    ['2002:808:808::1', 'tunnel'],
    ['2620:4f:8000::1', 'infrastructure'],
    ['3fff:fff::1', 'documentation'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'metadata'],
    ['fd00:ec2::253', 'private'],
    ['fd20:ce::254', 'metadata'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'private'],
    ['ff02::1', 'multicast'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast'],
  ])('finds the IPv6 address %s %s', (address, expected) => {
    expect(addressKind(address)).toBe(expected);
  });

  test.each([
    '',
    'localhost',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '08.8.8.8',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.256',
    '8.8.8.8 ',
    ' 8.8.8.8',
    '8.8.8.8\n',
    '8.8.8.8.',
    '[::1]',
    'fe80::1%eth0',
    '2606:4700:4700::1111%1',
    ':::',
    ':1',
    '1:',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '2606:4700:47000::1',
    '2606::g',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.256',
    '::ffff:1.2.3.4/96',
  ])('takes %j for no address', (text) => {
    expect(addressKind(text)).toBe('invalid');
  });
});

describe('isPublicAddress()', () => {
  const octet = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0, 1, 2, 10, 63, 64, 88, 99, 100, 113, 127, 168, 169, 172, 175, 192, 198, 203, 254),
  );
  const group = fc.oneof(
    fc.nat(0xffff),
    fc.constantFrom(
      0,
      0,
      0,
      1,
      2,
      3,
      4,
      0x10,
      0x30,
      0x64,
      0x112,
      0xff9b,
      0x2001,
      0x2002,
      0x2620,
      0x3fff,
      0xffff,
    ),
  );
  const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));
  const ipv6 = fc
    .array(group, { minLength: 8, maxLength: 8 })
    .map((groups) => groups.map((each) => each.toString(16)).join(':'));

  test('agrees with ipaddr.js about every IPv4 address but those of metadata servers', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        fc.pre(addressKind(address) !== 'metadata');
        expect(isPublicAddress(address)).toBe(ipaddr.parse(address).range() === 'unicast');
      }),
      { numRuns: 5_000 },
    );
  });

  test('agrees with ipaddr.js about the IPv6 addresses that are given out as unicast', () => {
    const unicast = fc.tuple(fc.integer({ min: 0x2000, max: 0x3fff }), ipv6).map(([first, rest]) => {
      return [first.toString(16), ...rest.split(':').slice(1)].join(':');
    });
    fc.assert(
      fc.property(fc.oneof(unicast, ipv6), (address) => {
        fc.pre(/^[23][\da-f]{3}:/.test(address));
        expect(isPublicAddress(address)).toBe(ipaddr.parse(address).range() === 'unicast');
      }),
      { numRuns: 5_000 },
    );
  });

  test('holds for no other IPv6 address, translated ones aside', () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        fc.pre(!/^([23][\da-f]{3}:|64:ff9b:)/.test(address));
        expect(isPublicAddress(address)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  test('judges an address behind a NAT64 as the address that it stands for', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        expect(addressKind(`64:ff9b::${address}`)).toBe(addressKind(address));
      }),
    );
  });

  test('sees an address in what Node takes for one, and nowhere else', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123459af:::...'), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(text, ipv4, ipv6), (candidate) => {
        expect(addressKind(candidate) !== 'invalid').toBe(isIP(candidate) !== 0);
      }),
      { numRuns: 20_000 },
    );
  });

  test('judges every spelling of an IPv6 address alike', () => {
    const text = fc
      .string({ unit: fc.constantFrom(...'012af::::'), maxLength: 14 })
      .filter((each) => isIPv6(each));
    fc.assert(
      fc.property(fc.oneof(text, ipv6), (address) => {
        const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(addressKind(address.toUpperCase())).toBe(addressKind(canonical));
      }),
      { numRuns: 2_000 },
    );
  });
});
