import { solvePositiveDefinite } from '../../training/linear-algebra';

describe('solvePositiveDefinite()', () => {
  test('solves a system of equations', () => {
    const matrix = [
      [4, 2, 0],
      [2, 5, 2],
      [0, 2, 5],
    ];

    expect(solvePositiveDefinite(matrix, [8, 18, 19])).toEqual([1, 2, 3]);
  });

  test('refuses a matrix that is not positive definite', () => {
    const matrix = [
      [1, 1],
      [1, 1],
    ];

    expect(() => solvePositiveDefinite(matrix, [1, 1])).toThrow('the matrix is not positive definite');
  });
});
