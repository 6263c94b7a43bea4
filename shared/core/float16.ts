/** Smallest magnitude that rounds to infinity: halfway between the largest half, 65504, and the next power of two. */
const OVERFLOW = 65520;

/** Smallest normal half; those below it have no implicit leading bit. */
const SMALLEST_NORMAL = 2 ** -14;

const QUIET_NAN = 0x7e00;
const INFINITY = 0x7c00;

/**
 * Rounds a number to the nearest IEEE 754 half, ties to even, and gives its 16 bits. What is too large becomes
 * infinite.
 */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return QUIET_NAN;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  return sign + magnitudeBits(Math.abs(value));
}

/** The number that 16 bits of an IEEE 754 half stand for, exactly. */
export function fromFloat16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function magnitudeBits(value: number): number {
  if (value >= OVERFLOW) return INFINITY;
  if (value < SMALLEST_NORMAL) return roundToEven(value * 2 ** 24);
  const exponent = exponentOf(value);
  // The leading bit, and a carry out of the fraction, add themselves to the exponent.
  return (exponent + 14) * 1024 + roundToEven(value * 2 ** (10 - exponent));
}

/** The power of two at or below a positive number; `Math.log2` alone may err beside one. */
function exponentOf(value: number): number {
  const guess = Math.floor(Math.log2(value));
  return 2 ** guess > value ? guess - 1 : guess;
}

/** Scaling by a power of two is exact, so this is the one rounding. */
function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
