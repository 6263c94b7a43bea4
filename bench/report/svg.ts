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

/** A straight line. */
export function line(from: readonly [number, number], to: readonly [number, number], stroke: string): string {
  const [x1, y1] = from.map(round);
  const [x2, y2] = to.map(round);
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}"/>`;
}

/** A whole picture with its title, on a white ground. */
export function picture(width: number, height: number, title: string, content: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    'font-family': 'sans-serif',
    'font-size': 12,
  };
  const ground = element('rect', { width, height, fill: 'white' });
  const heading = text(12, 20, title, { 'font-size': '14', 'font-weight': 'bold' });
  return `${element('svg', attributes, ['', ground, heading, ...content, ''].join('\n'))}\n`;
}

/** Tenths of a pixel: what more would say is noise in a diff. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
