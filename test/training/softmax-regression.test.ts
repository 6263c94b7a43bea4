import { fitSoftmaxRegression, predictProbabilities } from '../../training/softmax-regression';

const options = { classes: 2, C: 1, tolerance: 1e-12, maxIterations: 50 };

describe('fitSoftmaxRegression()', () => {
  test('finds the shares of the classes when the rows say nothing', () => {
    const data = { rows: [[0], [0], [0], [0]], labels: [0, 1, 1, 1] };

    const model = fitSoftmaxRegression(data, options);

    expect(predictProbabilities(model, [[0]])[0]?.map((value) => value.toFixed(9))).toEqual([
      '0.250000000',
      '0.750000000',
    ]);
  });

  test('centres the intercepts', () => {
    const data = { rows: [[1], [2], [4]], labels: [0, 1, 1] };

    const { intercepts } = fitSoftmaxRegression(data, options);

    expect((intercepts[0] ?? 0) + (intercepts[1] ?? 0)).toBeCloseTo(0, 12);
    expect(intercepts[0]).not.toBeCloseTo(0, 3);
  });

  test('shrinks the coefficients as C shrinks', () => {
    const data = { rows: [[-1], [1]], labels: [0, 1] };
    const slopeAt = (C: number) => fitSoftmaxRegression(data, { ...options, C }).coefficients[1]?.[0] ?? 0;

    expect(slopeAt(10)).toBeGreaterThan(slopeAt(1));
    expect(slopeAt(1)).toBeGreaterThan(slopeAt(0.1));
  });

  test('says so when it has not converged', () => {
    const data = { rows: [[-1], [1]], labels: [0, 1] };

    expect(() => fitSoftmaxRegression(data, { ...options, maxIterations: 2 })).toThrow(
      'the regression has not converged after 2 steps',
    );
  });
});
