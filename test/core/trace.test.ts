import { readTrace } from '../../shared/core/trace';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('readTrace()', () => {
  test('reads traceparent', () => {
    const trace = readTrace(`00-${ID}-00f067aa0ba902b7-01`, undefined);

    expect(trace).toEqual({ traceId: ID, spanId: '00f067aa0ba902b7', sampled: true });
  });

  test.each(['', '-', '-what-a-later-version-says'])(
    'reads traceparent of a later version that ends in "%s"',
    (more) => {
      const trace = readTrace(`cc-${ID}-00f067aa0ba902b7-01${more}`, undefined);

      expect(trace).toEqual({ traceId: ID, spanId: '00f067aa0ba902b7', sampled: true });
    },
  );

  test('prefers traceparent to X-Cloud-Trace-Context', () => {
    const trace = readTrace(`00-${ID}-00f067aa0ba902b7-00`, `${'a'.repeat(32)}/1;o=1`);

    expect(trace).toEqual({ traceId: ID, spanId: '00f067aa0ba902b7', sampled: false });
  });

  test.each([
    [`${ID}/2;o=1`, { traceId: ID, spanId: '0000000000000002', sampled: true }],
    [`${ID}/18446744073709551615`, { traceId: ID, spanId: 'ffffffffffffffff', sampled: false }],
    [`${ID}/18446744073709551616;o=1`, { traceId: ID, sampled: true }],
    [`${ID}/0;o=1`, { traceId: ID, sampled: true }],
    [ID.toUpperCase(), { traceId: ID, sampled: false }],
  ])('reads the decimal span of X-Cloud-Trace-Context %s', (value, expected) => {
    expect(readTrace(undefined, value)).toEqual(expected);
  });

  test.each([
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${ID}-${'0'.repeat(16)}-01`,
    `ff-${ID}-00f067aa0ba902b7-01`,
    `00-${ID}-00f067aa0ba902b7`,
    `00-${ID}-00f067aa0ba902b7-01-`,
    `00-${ID}-00f067aa0ba902b7-01-extra`,
    `cc-${ID}-00f067aa0ba902b7-01extra`,
    `00-${ID.slice(1)}-00f067aa0ba902b7-01`,
    'nonsense',
    '',
  ])('takes the traceparent %j for none', (value) => {
    expect(readTrace(value, undefined)).toBeUndefined();
    expect(readTrace(undefined, value)).toBeUndefined();
  });
});
