import type { Random } from './random';

const SIDE = 8;
const CENTRE = (SIDE - 1) / 2;

/**
 * Draws a digit again as another hand, pen and canvas might: moved, smaller, slanted, with a thinner or paler line,
 * blurred. The digits of the data fill their box with a thick pen, and drawings do not.
 *
 * @param image 8x8, from 0 (ground) to 1 (ink).
 */
export function varyDigit(image: readonly number[], random: Random): Float64Array {
  const moved = transform(image, randomMap(random));
  const blurred = blur(moved, random.between(0, 0.1));
  const thinness = random.between(0, 0.8);
  const ink = random.between(0.6, 1.2);
  return blurred.map((value) => Math.min(1, ink * value * (1 - thinness + thinness * value)));
}

/** Maps a pixel of the new image to its place in the old one: x = a * x' + b * y' + dx, and likewise y. */
interface AffineMap {
  readonly x: readonly [a: number, b: number, dx: number];
  readonly y: readonly [a: number, b: number, dy: number];
}

function randomMap(random: Random): AffineMap {
  const scale = random.between(0.92, 1.65);
  const stretch = random.between(0.94, 1.06);
  // Shears in both directions make up for a rotation, which would need a sine.
  return {
    x: [scale * stretch, random.between(-0.15, 0.15), scale * random.between(-0.7, 0.7)],
    y: [random.between(-0.08, 0.08), scale / stretch, scale * random.between(-0.7, 0.7)],
  };
}

function transform(image: readonly number[], { x: [xx, xy, dx], y: [yx, yy, dy] }: AffineMap): Float64Array {
  const result = new Float64Array(SIDE * SIDE);
  for (let index = 0; index < result.length; index++) {
    const x = (index % SIDE) - CENTRE;
    const y = Math.floor(index / SIDE) - CENTRE;
    result[index] = sample(image, xx * x + xy * y + dx + CENTRE, yx * x + yy * y + dy + CENTRE);
  }
  return result;
}

/** The value between pixels, linear in both directions; outside there is ground. */
function sample(image: readonly number[], x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const down = y - top;
  return (
    (1 - down) * ((1 - right) * pixelAt(image, left, top) + right * pixelAt(image, left + 1, top)) +
    down * ((1 - right) * pixelAt(image, left, top + 1) + right * pixelAt(image, left + 1, top + 1))
  );
}

function pixelAt(image: ArrayLike<number>, x: number, y: number): number {
  if (x < 0 || x >= SIDE || y < 0 || y >= SIDE) return 0;
  return image[y * SIDE + x] ?? 0;
}

/** Gives the share `spread` of each pixel to each of its four neighbours. */
function blur(image: Float64Array, spread: number): Float64Array {
  return image.map((value, index) => {
    const x = index % SIDE;
    const y = Math.floor(index / SIDE);
    const around =
      pixelAt(image, x - 1, y) +
      pixelAt(image, x + 1, y) +
      pixelAt(image, x, y - 1) +
      pixelAt(image, x, y + 1);
    return value * (1 - 4 * spread) + around * spread;
  });
}
