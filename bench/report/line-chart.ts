import type { LineChart } from './chart';
import { colour, element, line, picture, round, text } from './svg';
import { formatNumber } from './table';

const WIDTH = 720;
const HEIGHT = 400;
const PLOT = { left: 70, right: 480, top: 40, bottom: 350 } as const;

/** Where a value lies on an axis, and the values that are marked on it. */
interface Axis {
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** Draws lines over two axes, with their names at the right. @param run what the figures are of. */
export function drawLines(chart: LineChart, run: string): string {
  const points = chart.lines.flatMap((each) => each.points);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const x = chart.logX ? logAxis(xs, PLOT.left, PLOT.right) : linearAxis(xs, PLOT.left, PLOT.right);
  const y = chart.logY ? logAxis(ys, PLOT.bottom, PLOT.top) : linearAxis(ys, PLOT.bottom, PLOT.top);
  return picture(WIDTH, HEIGHT, { title: chart.title, run }, [
    ...drawGrid(chart, x, y),
    ...chart.lines.flatMap((each, index) => drawLine(each, index, x, y)),
  ]);
}

function drawGrid({ xTitle, yTitle }: LineChart, x: Axis, y: Axis): string[] {
  const columns = x.ticks.flatMap((tick) => [
    line([x.place(tick), PLOT.top], [x.place(tick), PLOT.bottom], 'grid'),
    text(x.place(tick), PLOT.bottom + 16, formatTick(tick), { 'text-anchor': 'middle' }),
  ]);
  const rows = y.ticks.flatMap((tick) => [
    line([PLOT.left, y.place(tick)], [PLOT.right, y.place(tick)], 'grid'),
    text(PLOT.left - 6, y.place(tick) + 4, formatTick(tick), { 'text-anchor': 'end' }),
  ]);
  const middle = (PLOT.left + PLOT.right) / 2;
  return [
    ...columns,
    ...rows,
    text(middle, PLOT.bottom + 36, xTitle, { 'text-anchor': 'middle' }),
    text(PLOT.right + 16, PLOT.top, yTitle, { 'font-style': 'italic' }),
  ];
}

function drawLine({ label, points }: LineChart['lines'][number], index: number, x: Axis, y: Axis): string[] {
  const path = points.map(([px, py]) => `${round(x.place(px))},${round(y.place(py))}`).join(' ');
  const stroke = colour(index);
  const legendY = PLOT.top + 20 + index * 18;
  return [
    element('polyline', { points: path, fill: 'none', stroke, 'stroke-width': 2 }),
    element('rect', { x: PLOT.right + 16, y: legendY - 9, width: 10, height: 10, fill: stroke }),
    text(PLOT.right + 32, legendY, label),
  ];
}

function linearAxis(values: readonly number[], from: number, to: number): Axis {
  const step = tickStep(Math.max(...values));
  const end = Math.ceil(Math.max(...values) / step) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return { ticks, place: (value) => from + (value / end) * (to - from) };
}

/** 1, 2 or 5 times a power of ten, such that there are four to ten steps. */
function tickStep(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max));
  const share = max / power;
  if (share > 5) return power;
  return share > 2 ? power / 2 : power / 5;
}

function logAxis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return { ticks, place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from) };
}

function formatTick(value: number): string {
  if (value === 0) return '0';
  if (value >= 1e6) return `${formatNumber(value / 1e6).replace(/\.0+$/, '')}M`;
  return value >= 1_000 ? `${Number((value / 1_000).toFixed(1))}k` : String(Number(value.toPrecision(3)));
}
