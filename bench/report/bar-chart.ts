import type { BarChart } from './chart';
import { colour, element, line, picture, round, text } from './svg';
import { formatNumber } from './table';

const WIDTH = 720;
const LABELS = 250;
const VALUES = 70;
const TOP = 34;
const STEP = 30;

/** Draws horizontal bars from zero. @param run what the figures are of. */
export function drawBars({ title, unit, bars }: BarChart, run: string): string {
  const scale = (WIDTH - LABELS - VALUES) / Math.max(...bars.map(({ max }) => max));
  const drawn = bars.flatMap((bar, index) => drawBar(bar, TOP + index * STEP, scale, colour(index)));
  return picture(WIDTH, TOP + bars.length * STEP + 8, { title: `${title}, ${unit}`, run }, drawn);
}

function drawBar(
  { label, value, min, max }: BarChart['bars'][number],
  y: number,
  scale: number,
  fill: string,
): string[] {
  const middle = y + STEP / 2;
  const bar = { x: LABELS, y: y + 5, width: round(value * scale), height: STEP - 10, fill };
  return [
    text(LABELS - 8, middle + 4, label, { 'text-anchor': 'end' }),
    element('rect', bar),
    line([LABELS + min * scale, middle], [LABELS + max * scale, middle], 'ink'),
    text(LABELS + max * scale + 6, middle + 4, formatNumber(value)),
  ];
}
