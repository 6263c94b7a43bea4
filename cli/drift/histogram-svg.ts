import { percent } from '../report-text';
import type { Bar } from './column-drift';
import { escapeHtml } from './html';

const WIDTH = 320;
const HEIGHT = 132;
const TOP = 8;
/** Where the bars stand. */
const FLOOR = 104;
const GAP = 0.16;

/** Most names that fit below the bars. */
const MAX_NAMES = 6;

/** Draws the shares of live rows over those of the training rows, bar by bar; every bar says what it is. */
export function drawHistogram(label: string, bars: readonly Bar[]): string {
  const expected = toShares(bars.map((bar) => bar.expected));
  const actual = toShares(bars.map((bar) => bar.actual));
  const highest = Math.max(...expected, ...actual, 1e-9);
  const step = WIDTH / Math.max(bars.length, 1);
  const drawn = bars.map(({ name }, index) => {
    const x = index * step;
    const title = `${name}: ${percent(expected[index] ?? 0)} in training, ${percent(actual[index] ?? 0)} live`;
    return [
      `<g><title>${escapeHtml(title)}</title>`,
      rect('expected', {
        x: x + step * GAP * 0.5,
        width: step * (1 - GAP),
        share: (expected[index] ?? 0) / highest,
      }),
      rect('actual', { x: x + step * 0.28, width: step * 0.44, share: (actual[index] ?? 0) / highest }),
      '</g>',
    ].join('');
  });
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(describe(label, bars, { expected, actual }))}">`,
    ...drawn,
    `<line x1="0" x2="${WIDTH}" y1="${FLOOR}" y2="${FLOOR}"/>`,
    ...namesBelow(bars, step),
    '</svg>',
  ].join('');
}

function rect(kind: string, { x, width, share }: { x: number; width: number; share: number }): string {
  const height = share * (FLOOR - TOP);
  return `<rect class="${kind}" x="${round(x)}" y="${round(FLOOR - height)}" width="${round(width)}" height="${round(height)}"/>`;
}

function namesBelow(bars: readonly Bar[], step: number): string[] {
  if (bars.length === 0) return [];
  const shown = bars.length <= MAX_NAMES ? bars.map((_, index) => index) : [0, bars.length - 1];
  return shown.map((index) => {
    const [anchor, x] = anchorOf(index, bars.length, step);
    const name = bars[index]?.name ?? '';
    return `<text x="${round(x)}" y="${FLOOR + 18}" text-anchor="${anchor}">${escapeHtml(cut(name, bars.length))}</text>`;
  });
}

function anchorOf(index: number, length: number, step: number): [anchor: string, x: number] {
  if (length <= MAX_NAMES) return ['middle', (index + 0.5) * step];
  return index === 0 ? ['start', 0] : ['end', WIDTH];
}

/** As many characters as fit; the title of the bar has them all. */
function cut(name: string, names: number): string {
  const room = names <= MAX_NAMES ? Math.floor(50 / names) : 24;
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`;
}

interface Shares {
  readonly expected: readonly number[];
  readonly actual: readonly number[];
}

/** In words, for those who hear the report: the bar that has changed most. */
function describe(label: string, bars: readonly Bar[], { expected, actual }: Shares): string {
  const changes = bars.map((_, index) => Math.abs((actual[index] ?? 0) - (expected[index] ?? 0)));
  const most = changes.indexOf(Math.max(...changes));
  const bar = bars[most];
  if (bar === undefined) return `Histogram of ${label}: nothing to show`;
  return `Histogram of ${label}. Changed most: ${bar.name}, ${percent(expected[most] ?? 0)} in training and ${percent(actual[most] ?? 0)} live`;
}

function toShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
