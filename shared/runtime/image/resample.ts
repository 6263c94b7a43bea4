import type { Size, Window } from '../../core/image-geometry';
import type { Interpolation } from '../../core/image-spec';

/** Eight-bit pixels: red, green and blue of each, row by row. */
export interface Pixels extends Size {
  readonly data: Uint8Array;
}

/**
 * Resizes an image to `size` and gives the part of it that is in `window`, which must lie inside. Only that part is
 * computed. The pixels are those of Pillow, bit by bit.
 *
 * @see https://github.com/python-pillow/Pillow/blob/9.4.0/src/libImaging/Resample.c
 */
export function resample(
  image: Pixels,
  size: Size,
  { window, interpolation }: { window: Window; interpolation: Interpolation },
): Pixels {
  const columns = tapsOf(image.width, size.width, [window.left, window.width], interpolation);
  const rows = tapsOf(image.height, size.height, [window.top, window.height], interpolation);
  const narrow = resampleRows(image, columns);
  return resampleColumns(narrow, rows);
}

/** Fixed point of the weights: eight bits of pixel and two for sums beyond them leave this many of 32. */
const WEIGHT_BITS = 22;
const HALF = 1 << (WEIGHT_BITS - 1);

/** The source pixels that one pixel is made of, and how much each counts. */
interface Taps {
  readonly start: number;
  readonly weights: Int32Array;
}

interface Filter {
  /** How many source pixels it reaches to either side. */
  readonly support: number;
  readonly weigh: (distance: number) => number;
}

const FILTERS: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weigh: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function tapsOf(
  source: number,
  target: number,
  [first, count]: readonly [first: number, count: number],
  interpolation: Interpolation,
): Taps[] {
  const scale = source / target;
  return Array.from({ length: count }, (_, index) => {
    const center = (first + index + 0.5) * scale;
    return interpolation === 'nearest'
      ? { start: Math.min(Math.floor(center), source - 1), weights: Int32Array.of(1 << WEIGHT_BITS) }
      : weighTaps(FILTERS[interpolation], { center, scale: Math.max(scale, 1), source });
  });
}

function weighTaps(
  { support, weigh }: Filter,
  { center, scale, source }: { center: number; scale: number; source: number },
): Taps {
  const reach = support * scale;
  const start = Math.max(0, Math.trunc(center - reach + 0.5));
  const end = Math.min(source, Math.trunc(center + reach + 0.5));
  const shares = Array.from({ length: end - start }, (_, x) => weigh((x + start - center + 0.5) / scale));
  const sum = shares.reduce((total, share) => total + share, 0);
  const weights = Int32Array.from(shares, (share) => {
    const fixed = (share / sum) * (1 << WEIGHT_BITS);
    return Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
  });
  return { start, weights };
}

/** Makes every row as wide as there are `columns`. Plain loops: they touch every byte. */
function resampleRows({ data, width, height }: Pixels, columns: readonly Taps[]): Pixels {
  const out = new Uint8ClampedArray(columns.length * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (const { start, weights } of columns) {
      const from = (y * width + start) * 3;
      for (let channel = 0; channel < 3; channel++) {
        let sum = HALF;
        for (let i = 0; i < weights.length; i++) {
          sum += (data[from + i * 3 + channel] as number) * (weights[i] as number);
        }
        out[at++] = sum >> WEIGHT_BITS;
      }
    }
  }
  return { data: new Uint8Array(out.buffer), width: columns.length, height };
}

/** Makes as many rows as there are taps. */
function resampleColumns({ data, width }: Pixels, rows: readonly Taps[]): Pixels {
  const stride = width * 3;
  const out = new Uint8ClampedArray(rows.length * stride);
  let at = 0;
  for (const { start, weights } of rows) {
    for (let x = 0; x < stride; x++) {
      let sum = HALF;
      for (let i = 0; i < weights.length; i++) {
        sum += (data[(start + i) * stride + x] as number) * (weights[i] as number);
      }
      out[at++] = sum >> WEIGHT_BITS;
    }
  }
  return { data: new Uint8Array(out.buffer), width, height: rows.length };
}
