/** Strokes of each digit in a box of 100x140, as somebody might draw them. */
export const DRAWN_DIGITS: readonly string[] = [
  'M50 8 C10 8 10 132 50 132 C90 132 90 8 50 8',
  'M30 35 L55 8 L55 132',
  'M15 40 C15 0 85 0 85 42 C85 75 30 95 15 130 L88 130',
  'M18 20 C50 -5 85 15 78 42 C72 62 50 64 42 64 C60 64 88 72 84 100 C80 135 35 138 14 116',
  'M62 8 L14 92 L90 92 M66 55 L66 132',
  'M80 10 L26 10 L22 62 C45 50 85 58 84 95 C82 135 35 138 15 118',
  'M74 10 C35 25 12 70 16 100 C22 140 84 138 84 100 C84 68 35 62 18 96',
  'M12 12 L86 12 L40 132',
  'M50 66 C10 50 18 8 50 8 C82 8 90 50 50 66 C8 84 10 132 50 132 C90 132 92 84 50 66',
  'M82 38 C76 0 18 2 18 40 C18 76 76 76 82 38 L76 132',
];

const CANVAS = 280;

interface Drawing {
  /** Width of the line in pixels of the canvas. */
  readonly pen: number;
  /** Height of the digit, as a share of the canvas. */
  readonly height: number;
  /** Colour of the canvas. @default white */
  readonly ground?: string;
}

/** An SVG of a canvas of 280x280 pixels with a digit in its middle. */
export function drawingOf(digit: number, { pen, height, ground = 'white' }: Drawing): string {
  const scale = (CANVAS * height) / 140;
  const left = (CANVAS - 100 * scale) / 2;
  const top = (CANVAS - 140 * scale) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CANVAS}" height="${CANVAS}">
    <rect width="${CANVAS}" height="${CANVAS}" fill="${ground}"/>
    <path d="${DRAWN_DIGITS[digit]}" transform="translate(${left} ${top}) scale(${scale})" fill="none"
      stroke="black" stroke-width="${pen / scale}" stroke-linecap="round" stroke-linejoin="round"/>
  </svg>`;
}
