import type { Signature } from '../../shared/core/signature';

/** The model that protocol examples are written for: four measures in, a class and its scores out. */
export const IRIS: Signature = {
  inputs: [{ name: 'X', type: 'float32', shape: ['N', 4] }],
  outputs: [
    { name: 'label', type: 'int64', shape: ['N'] },
    { name: 'scores', type: 'float32', shape: ['N', 3] },
  ],
};

/** A model that gives back what it is given, as those of Triton's own tests do. */
export function identity(
  type: Signature['inputs'][number]['type'],
  shape: readonly (number | string)[],
): Signature {
  return { inputs: [{ name: 'INPUT0', type, shape }], outputs: [{ name: 'OUTPUT0', type, shape }] };
}
