import type { NamedTensors } from '../../shared/core/tensor';

/** Inputs of one float32 column. */
export function column(...values: number[]): NamedTensors {
  return { X: { type: 'float32', dims: [values.length, 1], data: new Float32Array(values) } };
}

/** The elements of the output. */
export function valuesOf(tensors: NamedTensors): number[] {
  return Array.from(tensors['Y']?.data as Float32Array);
}

/** A model that doubles, and keeps what it was given. `NaN` makes it fail. */
export function doubler() {
  const runs: number[][] = [];
  return {
    runs,
    async run({ X }: NamedTensors): Promise<NamedTensors> {
      const data = X?.data as Float32Array;
      runs.push([...data]);
      if (data.some(Number.isNaN)) throw new Error('not a number');
      return { Y: { type: 'float32', dims: [data.length, 1], data: data.map((value) => 2 * value) } };
    },
  };
}
