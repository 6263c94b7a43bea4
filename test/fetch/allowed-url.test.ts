import { createUrlCheck, toHostPattern } from '../../shared/fetch/allowed-url';

const PORTS = [80, 443];
const anyHost = createUrlCheck({ hosts: '*', ports: PORTS });
const someHosts = createUrlCheck({
  hosts: ['images.example', '*.cdn.example', 'BÜCHER.example', '203.0.113.7', '[2001:DB8::7]'],
  ports: PORTS,
});

const refused = (detail: string) => expect.objectContaining({ code: 'url-not-allowed', message: detail });

describe('createUrlCheck()', () => {
  test.each([
    ['https://images.example/cat.jpg?size=2', 'https://images.example/cat.jpg?size=2'],
    ['http://images.example:80/cat.jpg', 'http://images.example/cat.jpg'],
    ['https://images.example/#part', 'https://images.example/'],
    ['HTTPS://IMAGES.EXAMPLE/Cat.jpg', 'https://images.example/Cat.jpg'],
    ['https://images.example./cat.jpg', 'https://images.example/cat.jpg'],
    ['https://im%61ges.example/cat.jpg', 'https://images.example/cat.jpg'],
    ['https://a.cdn.example/', 'https://a.cdn.example/'],
    ['https://b.a.cdn.example/', 'https://b.a.cdn.example/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://xn--bcher-kva.example/', 'https://xn--bcher-kva.example/'],
    ['https://203.0.113.7/', 'https://203.0.113.7/'],
    ['https://[2001:db8:0::7]/', 'https://[2001:db8::7]/'],
  ])('allows %s', (text, expected) => {
    expect(someHosts(text).href).toBe(expected);
  });

  test.each([
    ['another host', 'https://example.com/'],
    ['a host below one that has no wildcard', 'https://a.images.example/'],
    ['the host itself that a wildcard is below', 'https://cdn.example/'],
    ['a host that only ends like one', 'https://evilcdn.example/'],
    ['a host that only begins like one', 'https://images.example.evil.test/'],
    ['two dots at the end', 'https://images.example../'],
    ['a homograph: a Cyrillic letter that looks like an a', 'https://im\u0430ges.example/'],
    ['a homograph in Punycode', 'https://xn--imges-4ve.example/'],
    ['a host after a backslash', 'https://evil.test\\@images.example/'],
  ])('refuses %s', (_what, text) => {
    expect(() => someHosts(text)).toThrow(
      refused('expected a host that this service is allowed to fetch from'),
    );
  });

  test.each([
    ['file:///etc/passwd', 'expected https or http, got file'],
    ['ftp://images.example/', 'expected https or http, got ftp'],
    ['gopher://images.example/', 'expected https or http, got gopher'],
    ['data:image/png;base64,AAAA', 'expected https or http, got data'],
    ['blob:https://images.example/1', 'expected https or http, got blob'],
    ['https://user@images.example/', 'expected a URL without a user name and a password'],
    ['https://user:pass@images.example/', 'expected a URL without a user name and a password'],
    ['https://:pass@images.example/', 'expected a URL without a user name and a password'],
    ['https://images.example@127.0.0.1/', 'expected a URL without a user name and a password'],
    ['https://images.example:22/', 'expected port 80 or 443, got 22'],
    ['https://images.example:0/', 'expected port 80 or 443, got 0'],
    ['', 'expected a URL like https://images.example.com/cat.jpg'],
    ['cat.jpg', 'expected a URL like https://images.example.com/cat.jpg'],
    ['//images.example/cat.jpg', 'expected a URL like https://images.example.com/cat.jpg'],
    ['https://', 'expected a URL like https://images.example.com/cat.jpg'],
    ['https://images.example:99999/', 'expected a URL like https://images.example.com/cat.jpg'],
    ['http://[fe80::1%25eth0]/', 'expected a URL like https://images.example.com/cat.jpg'],
    ['http://[fe80::1%eth0]/', 'expected a URL like https://images.example.com/cat.jpg'],
    ['http://256.0.0.1/', 'expected a URL like https://images.example.com/cat.jpg'],
    [`https://images.example/${'a'.repeat(8192)}`, 'expected a URL of at most 8192 characters, got 8215'],
  ])('refuses %.60s', (text, detail) => {
    expect(() => someHosts(text)).toThrow(refused(detail));
    expect(() => anyHost(text)).toThrow(refused(detail));
  });

  test('refuses every URL when no host is allowed', () => {
    const noHost = createUrlCheck({ hosts: [], ports: PORTS });

    expect(() => noHost('https://images.example/')).toThrow(refused('this service fetches nothing by URL'));
  });

  test.each([
    ['https://images.example/a/b', 'c.png', 'https://images.example/a/c.png'],
    ['https://images.example/a/b', '/c.png', 'https://images.example/c.png'],
    ['https://images.example/a/b', '//a.cdn.example/c.png', 'https://a.cdn.example/c.png'],
    ['http://images.example/', 'https://images.example/', 'https://images.example/'],
    ['http://images.example/', 'http://a.cdn.example/', 'http://a.cdn.example/'],
  ])('follows from %s to %s', (from, to, expected) => {
    expect(someHosts(to, new URL(from)).href).toBe(expected);
  });

  test('refuses to leave https for http', () => {
    const from = new URL('https://images.example/');

    expect(() => someHosts('http://images.example/', from)).toThrow(
      refused('expected https, as the redirect was, got http'),
    );
  });
});

describe('toHostPattern()', () => {
  test.each([
    ['Images.Example.com', 'images.example.com'],
    [' *.example.com ', '*.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['*.bücher.example', '*.xn--bcher-kva.example'],
    ['example.com.', 'example.com'],
    ['0x7f.1', '127.0.0.1'],
    ['[2001:DB8:0::1]', '[2001:db8::1]'],
  ])('takes %j for %s', (text, expected) => {
    expect(toHostPattern(text)).toBe(expected);
  });

  test.each([
    '',
    '*',
    '*.',
    'https://example.com',
    'example.com/images',
    'example.com:443',
    'user@example.com',
    'a.*.example.com',
    '*example.com',
    'exa mple.com',
    '2001:db8::1',
    '[::1',
  ])('takes %j for no host pattern', (text) => {
    expect(() => toHostPattern(text)).toThrow(
      new TypeError(`expected host names like images.example.com or *.example.com, got "${text}"`),
    );
  });
});
