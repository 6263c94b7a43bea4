import { isWithin, mayHold, parseMoment } from '../../../cli/prediction-log/time-window';

const NOW = Date.parse('2026-10-06T12:00:00Z');

test.each([
  ['2026-10-01', '2026-10-01T00:00:00.000Z'],
  ['2026-10-01T08:30Z', '2026-10-01T08:30:00.000Z'],
  ['24h', '2026-10-05T12:00:00.000Z'],
  ['90m', '2026-10-06T10:30:00.000Z'],
  ['7d', '2026-09-29T12:00:00.000Z'],
  ['2w', '2026-09-22T12:00:00.000Z'],
])('parseMoment() reads %s', (text, moment) => {
  expect(new Date(parseMoment(text, NOW)).toISOString()).toBe(moment);
});

test.each(['', 'now', '5', '7y', '2026-13-01', '06.10.2026'])('parseMoment() refuses "%s"', (text) => {
  expect(() => parseMoment(text, NOW)).toThrow('expected a date');
});

test('isWithin() takes the beginning in, and leaves the end out', () => {
  const window = { since: 10, until: 20 };

  expect([9, 10, 19, 20].map((moment) => isWithin(window, moment))).toEqual([false, true, true, false]);
});

test('isWithin() takes what has no time only where the window has no ends', () => {
  expect(isWithin({}, undefined)).toBe(true);
  expect(isWithin({ until: 20 }, undefined)).toBe(false);
});

describe('mayHold()', () => {
  const window = { since: Date.parse('2026-10-06T08:00Z'), until: Date.parse('2026-10-07T08:00Z') };

  test.each([
    ['run.googleapis.com/stdout/2026/10/04/08:00:00_08:59:59_S0.json', false],
    ['run.googleapis.com/stdout/2026/10/05/23:00:00_23:59:59_S0.json', true],
    ['run.googleapis.com/stdout/2026/10/07/00:00:00_00:59:59_S0.json', true],
    ['run.googleapis.com/stdout/2026/10/08/00:00:00_00:59:59_S0.json', true],
    ['run.googleapis.com/stdout/2026/10/09/00:00:00_00:59:59_S0.json', false],
    ['any.log', true],
  ])('of %s is %s', (path, expected) => {
    expect(mayHold(path, window)).toBe(expected);
  });
});
