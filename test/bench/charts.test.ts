import { drawBars } from '../../bench/report/bar-chart';
import { fileOf } from '../../bench/report/chart';
import { drawLines } from '../../bench/report/line-chart';

const RUN = 'npm run bench, 2026-01-01, commit abc';

test('a bar is as long as its value, beside its name', () => {
  const svg = drawBars(
    {
      kind: 'bars',
      title: 'Cold start',
      unit: 'ms',
      bars: [
        { label: 'a & b', value: 50, min: 40, max: 100 },
        { label: 'c', value: 100, min: 100, max: 100 },
      ],
    },
    RUN,
  );

  const widths = [...svg.matchAll(/<rect x="250" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );
  expect(widths[1]).toBe((widths[0] ?? 0) * 2);
  expect(svg).toContain('>a &amp; b</text>');
});

test('a picture names its run, and is drawn for both colour schemes', () => {
  const bars = [{ label: 'a', value: 1, min: 1, max: 1 }];

  const svg = drawBars({ kind: 'bars', title: 'Cold start', unit: 'ms', bars }, RUN);

  expect(svg).toContain(`>${RUN}</text>`);
  expect(svg).toContain('@media (prefers-color-scheme: dark)');
  // Nothing but what the scheme colours, and the colours of the contenders.
  expect(svg).not.toMatch(/(fill|stroke)="(white|black|#ddd)"/);
});

test('on logarithmic axes each power of ten is as far as the last', () => {
  const points = [1, 10, 100].map((value) => [value, value] as const);
  const svg = drawLines(
    {
      kind: 'lines',
      title: 'Sweep',
      xTitle: 'rows',
      yTitle: 'ms',
      logX: true,
      logY: true,
      lines: [{ label: 'a', points }],
    },
    RUN,
  );

  expect(svg).toContain('points="70,350 275,195 480,40"');
});

test('the name of a chart gives the name of its file', () => {
  expect(fileOf({ kind: 'bars', title: 'p99 by connections (8)', unit: '', bars: [] })).toBe(
    'p99-by-connections-8.svg',
  );
});
