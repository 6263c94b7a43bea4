import { parseRate, rateHeaders } from '../../shared/access/rate';

test.each([
  ['600/min', { rows: 600, windowS: 60 }],
  ['1/s', { rows: 1, windowS: 1 }],
  ['100/10s', { rows: 100, windowS: 10 }],
  ['50000/d', { rows: 50_000, windowS: 86_400 }],
  ['10/5min', { rows: 10, windowS: 300 }],
])('%s is a rate', (text, expected) => {
  expect(parseRate(text)).toEqual(expected);
});

test.each([
  '',
  '600',
  '600/',
  '0/min',
  '-1/s',
  '1.5/s',
  '600/m',
  '600/0s',
  '600 / min',
  '10/2d',
  '9999999999/s',
])('"%s" is none', (text) => {
  expect(parseRate(text)).toBeUndefined();
});

test('its headers are structured fields of whole seconds, rounded up', () => {
  const rate = { rows: 600, windowS: 60 };

  expect(rateHeaders(rate, { remaining: 541, resetMs: 37_001 })).toEqual({
    'ratelimit-policy': '"rows";q=600;w=60',
    ratelimit: '"rows";r=541;t=38',
  });
});
