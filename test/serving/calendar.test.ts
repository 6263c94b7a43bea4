import { createCalendar } from '../../shared/serving/tracing/calendar';

/** A calendar with clocks that are set by hand. */
function openCalendar() {
  const clocks = { monotonic: 100, wall: 1_000_100 };
  return {
    clocks,
    read: createCalendar(
      () => clocks.monotonic,
      () => clocks.wall,
    ),
  };
}

test('a clock that counts in whole milliseconds moves no span', () => {
  const { clocks, read } = openCalendar();

  clocks.monotonic += 10.7;
  clocks.wall += 10;

  expect(read()).toBe(1_000_000);
});

test('a clock that was set is followed', () => {
  const { clocks, read } = openCalendar();

  clocks.monotonic += 10;
  clocks.wall += 3_600_010;

  expect(read()).toBe(4_600_000);
});
