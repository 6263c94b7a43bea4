/** Colours that differ for the colour-blind too (Okabe and Ito), and on white as on black. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'] as const;

/** The colour of the n-th contender of a chart. */
export function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

/** One element; attributes are written as they are, so they must hold nothing that XML would read. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = '',
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  return `<${name}${list.join('')}>${content}</${name}>`;
}

/** A line of text. */
export function text(
  x: number,
  y: number,
  content: string,
  attributes: Readonly<Record<string, string>> = {},
): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return element('text', { x: round(x), y: round(y), ...attributes }, escaped);
}

/** What a line is for: its colour follows the reader's colour scheme. */
export type Stroke = 'ink' | 'grid';

/** A straight line. */
export function line(from: readonly [number, number], to: readonly [number, number], stroke: Stroke): string {
  const [x1, y1] = from.map(round);
  const [x2, y2] = to.map(round);
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="${stroke}"/>`;
}

/** What a picture says of itself. */
export interface Caption {
  readonly title: string;
  /** The run that its figures are of, small at the foot. */
  readonly run: string;
}

/** Room for the name of the run. */
const FOOT = 20;

/** Ground and ink of both colour schemes; GitHub shows a picture in that of the reader's browser. */
const STYLE = `<style>
text { fill: #1f2328 } .ground { fill: #ffffff } .ink { stroke: #1f2328 } .grid { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .ground { fill: #0d1117 } .ink { stroke: #f0f6fc } .grid { stroke: #3d444d }
}
</style>`;

/** A whole picture with its title, on a ground of its own. */
export function picture(
  width: number,
  height: number,
  { title, run }: Caption,
  content: readonly string[],
): string {
  const whole = height + FOOT;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${whole}`,
    width,
    'font-family': 'sans-serif',
    'font-size': 12,
  };
  const ground = element('rect', { width, height: whole, class: 'ground' });
  const heading = text(12, 20, title, { 'font-size': '14', 'font-weight': 'bold' });
  const foot = text(12, whole - 8, run, { 'font-size': '10' });
  return `${element('svg', attributes, ['', STYLE, ground, heading, ...content, foot, ''].join('\n'))}\n`;
}

/** Tenths of a pixel: what more would say is noise in a diff. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
