import { checkInputs } from '../../shared/core/check-inputs';
import type { Signature } from '../../shared/core/signature';
import type { NamedTensors } from '../../shared/core/tensor';

const signature: Signature = {
  inputs: [
    { name: 'X', type: 'float32', shape: ['N', 2] },
    { name: 'k', type: 'int64', shape: [] },
  ],
  outputs: [],
};

const good: NamedTensors = {
  X: { type: 'float32', dims: [1, 2], data: new Float32Array(2) },
  k: { type: 'int64', dims: [], data: new BigInt64Array(1) },
};

const check = (inputs: NamedTensors) => checkInputs(signature, inputs, (name) => `/inputs/${name}`);

describe('checkInputs()', () => {
  test.each([0, 1, 7])('accepts %p rows', (rows) => {
    const X = { type: 'float32', dims: [rows, 2], data: new Float32Array(2 * rows) } as const;

    expect(() => check({ ...good, X })).not.toThrow();
  });

  test.each<[string, NamedTensors, string]>([
    [
      'a missing input',
      { X: good['X'] as never },
      '/inputs/k: expected the inputs "X" float32[N,2], "k" int64[], "k" is missing',
    ],
    [
      'an unknown input',
      { ...good, y: good['k'] as never },
      '/inputs/y: expected the inputs "X" float32[N,2], "k" int64[], got "y"',
    ],
    [
      'another type',
      { ...good, X: { type: 'float64', dims: [1, 2], data: new Float64Array(2) } },
      '/inputs/X: input "X": expected type float32, got float64',
    ],
    [
      'another rank',
      { ...good, X: { type: 'float32', dims: [2], data: new Float32Array(2) } },
      '/inputs/X: input "X": expected 2 dimensions [N,2], got 1 [2]',
    ],
    [
      'another size',
      { ...good, X: { type: 'float32', dims: [1, 3], data: new Float32Array(3) } },
      '/inputs/X: input "X": expected size 2 in dimension 1, got 3',
    ],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => check(inputs)).toThrow(expect.objectContaining({ code: 'validation-failed', message }));
  });

  test('names every defect', () => {
    const inputs: NamedTensors = { Y: { type: 'bool', dims: [], data: new Uint8Array(1) } };

    expect(() => check(inputs)).toThrow('3 things do not fit; the first: /inputs/X: expected the inputs');
    expect(() => check(inputs)).toThrow(
      expect.objectContaining({
        errors: ['/inputs/X', '/inputs/k', '/inputs/Y'].map((pointer) =>
          expect.objectContaining({ pointer }),
        ),
      }),
    );
  });
});
