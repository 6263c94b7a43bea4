/** An element that must be there. @throws {RangeError} if it is not. */
export function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no element ${index} among ${values.length}`);
  return value;
}

/** Inner product of `left` and as many first elements of `right`. */
export function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * at(right, index), 0);
}

/**
 * Solves `matrix * x = right` by a Cholesky decomposition.
 *
 * @param matrix symmetric and positive definite; only its lower triangle is read.
 * @throws {RangeError} if it is not positive definite.
 */
export function solvePositiveDefinite(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): number[] {
  const lower = decompose(matrix);
  return substituteBackward(lower, substituteForward(lower, right));
}

/** The lower triangle L with `L * transposed(L) = matrix`; row i has i + 1 elements. */
function decompose(matrix: readonly (readonly number[])[]): number[][] {
  const lower: number[][] = [];
  for (const [index, row] of matrix.entries()) {
    const current: number[] = [];
    for (let column = 0; column < index; column++) {
      const above = at(lower, column);
      current.push((at(row, column) - dot(current, above)) / at(above, column));
    }
    const square = at(row, index) - dot(current, current);
    if (!(square > 0)) throw new RangeError('the matrix is not positive definite');
    lower.push([...current, Math.sqrt(square)]);
  }
  return lower;
}

function substituteForward(lower: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solution: number[] = [];
  for (const [index, row] of lower.entries()) {
    solution.push((at(right, index) - dot(solution, row)) / at(row, index));
  }
  return solution;
}

function substituteBackward(lower: readonly (readonly number[])[], right: readonly number[]): number[] {
  let solution: number[] = [];
  for (let index = lower.length - 1; index >= 0; index--) {
    const below = lower.slice(index + 1).map((row) => at(row, index));
    solution = [(at(right, index) - dot(solution, below)) / at(at(lower, index), index), ...solution];
  }
  return solution;
}
