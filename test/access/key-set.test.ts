import crypto from 'node:crypto';
import { digestOf, findKey, parseKeySet } from '../../shared/access/key-set';
import { writeKeySet } from '../key-sets';

const sha256 = 'a'.repeat(64);
const setOf = (...keys: readonly object[]) => JSON.stringify({ keys });

test('a key set with the digest of nothing is refused: an empty header would be let in', () => {
  const nothing = digestOf('').toString('hex');

  expect(() => parseKeySet(JSON.stringify({ keys: [{ name: 'ada', sha256: nothing }] }))).toThrow(
    '/keys/0/sha256: expected the digest of a key, got that of nothing',
  );
});

describe('a key set', () => {
  test('is read with all that it says of a key', () => {
    const [key] = parseKeySet(
      setOf({
        name: 'ada',
        sha256,
        created: '2026-01-01',
        expires: '2027-01-31T12:00:00Z',
        models: ['iris'],
        rate: '600/min',
      }),
    );

    expect(key).toEqual({
      name: 'ada',
      digest: Buffer.from(sha256, 'hex'),
      created: new Date('2026-01-01'),
      expires: new Date('2027-01-31T12:00:00Z'),
      models: ['iris'],
      rate: { rows: 600, windowS: 60 },
      rateText: '600/min',
    });
  });

  test.each([
    ['no JSON', '{', 'expected JSON'],
    ['an array', '[]', 'the key set: expected an object, got an array of 0'],
    ['no keys', '{}', '/keys: expected an array, got nothing'],
    ['a key without a name', setOf({ sha256 }), '/keys/0/name: expected up to 64 letters'],
    [
      'a name that would break a line',
      setOf({ name: 'a\nb', sha256 }),
      '/keys/0/name: expected up to 64 letters',
    ],
    ['a short digest', setOf({ name: 'a', sha256: 'abc' }), '/keys/0/sha256: expected 64 hexadecimal digits'],
    [
      'a time that is none',
      setOf({ name: 'a', sha256, expires: 'soon' }),
      '/keys/0/expires: expected a time like',
    ],
    ['a time in numbers', setOf({ name: 'a', sha256, expires: 1 }), '/keys/0/expires: expected a time like'],
    [
      'models that are no names',
      setOf({ name: 'a', sha256, models: 'iris' }),
      '/keys/0/models: expected an array',
    ],
    ['a rate that is none', setOf({ name: 'a', sha256, rate: '5' }), '/keys/0/rate: expected rows/window'],
    [
      'a member that is misspelt',
      setOf({ name: 'a', sha256, model: ['iris'] }),
      '/keys/0/model: expected no other',
    ],
    [
      'one name twice',
      setOf({ name: 'a', sha256 }, { name: 'a', sha256: 'b'.repeat(64) }),
      '/keys/1: "a" is there',
    ],
    ['one key twice', setOf({ name: 'a', sha256 }, { name: 'b', sha256 }), '/keys/1: "b" is there already'],
  ])('with %s is refused', (_, text, message) => {
    expect(() => parseKeySet(text)).toThrow(message);
  });

  test('does not repeat what stands where a digest should: it may be the key', () => {
    expect(() => parseKeySet(setOf({ name: 'a', sha256: 'ofk_secret' }))).not.toThrow('ofk_secret');
  });
});

describe('a key', () => {
  const keys = parseKeySet(writeKeySet(['first', 'second', 'third'].map((key) => ({ name: key, key }))));

  test('is found by its digest', () => {
    expect(findKey(keys, 'second')?.name).toBe('second');
    expect(findKey(keys, 'fourth')).toBeUndefined();
  });

  test.each(['first', 'third', 'no key at all', ''])(
    'is compared with every digest, as 32 bytes each, whether it is found or not: "%s"',
    (presented) => {
      const compare = jest.spyOn(crypto, 'timingSafeEqual');

      findKey(keys, presented);

      const lengths = compare.mock.calls.map(([stored, shown]) => [stored.byteLength, shown.byteLength]);
      compare.mockRestore();
      expect(lengths).toEqual([
        [32, 32],
        [32, 32],
        [32, 32],
      ]);
    },
  );

  test('is hashed as it stands', () => {
    expect(digestOf('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
