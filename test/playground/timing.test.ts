import { formatMs, readTiming } from '../../playground/timing';

test('the round trip is split by what the service says of it', () => {
  const timing = readTiming('validate;dur=0.5, queue;dur=0.25, run;dur=1, total;dur=2', 12);

  expect(timing).toEqual({
    isCold: false,
    roundTripMs: 12,
    serverMs: 2,
    spans: [
      { name: 'Network and browser', ms: 10 },
      { name: 'Checking the input', ms: 0.5 },
      { name: 'Waiting for its turn', ms: 0.25 },
      { name: 'Running the model', ms: 1 },
      { name: 'Everything else', ms: 0.25 },
    ],
    start: [],
  });
});

test('the start of an instance is kept apart from the request', () => {
  const timing = readTiming('cold, boot;dur=63.5, session;dur=45, load;dur=50, run;dur=1, total;dur=52', 60);

  expect(timing.isCold).toBe(true);
  expect(timing.start).toEqual([
    { name: 'boot', ms: 63.5 },
    { name: 'session', ms: 45 },
  ]);
  expect(timing.spans.map(({ name }) => name)).toContain('Waiting for the model');
});

test('an image has to be prepared before it is queued', () => {
  const { spans } = readTiming('queue;dur=0.25, run;dur=1, preprocess;dur=3, total;dur=5', 12);

  expect(spans.map(({ name }) => name)).toEqual([
    'Network and browser',
    'Preparing the image',
    'Waiting for its turn',
    'Running the model',
    'Everything else',
  ]);
});

test('an answer without Server-Timing has its latency only', () => {
  expect(readTiming(null, 12)).toEqual({
    isCold: false,
    roundTripMs: 12,
    serverMs: undefined,
    spans: [],
    start: [],
  });
});

test.each([
  [0.0412, '0.04 ms'],
  [12.34, '12.3 ms'],
  [123.4, '123 ms'],
  [1234, '1.23 s'],
])('%d ms are written as %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text);
});
