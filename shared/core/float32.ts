/** Powers of ten that leave enough decimals for the nine digits that a float32 between 0.001 and 10^9 may need. */
const SCALES = [1e2, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11];

/**
 * The number with few decimals that stands for the same float32: 5.1 for 5.099999904632568. Written as text it is
 * half as long, and as exact. Other numbers are given back as they are.
 */
export function shortestFloat32(value: number): number {
  for (let i = 0; i < SCALES.length; i++) {
    const scale = SCALES[i] as number;
    const rounded = Math.round(value * scale) / scale;
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
