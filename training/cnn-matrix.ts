// Matrices lie row by row in plain arrays. The loops are plain and indexed: training spends its time in them.

/** The sizes of a product: `left` is rows x inner, `right` is columns x inner. */
export interface ProductSizes {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

/**
 * Gives `left * transposed(right)` plus one bias per column.
 *
 * @returns rows x columns.
 */
export function multiplyAddBias(
  left: Float64Array,
  right: Float64Array,
  bias: Float64Array,
  { rows, columns, inner }: ProductSizes,
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const target = product.subarray(row * columns, (row + 1) * columns);
    target.set(bias);
    const factors = left.subarray(row * inner, (row + 1) * inner);
    let column = 0;
    for (; column + 3 < columns; column += 4) addFourProducts(target, column, factors, right);
    for (; column < columns; column++) addProduct(target, column, factors, right);
  }
  return product;
}

// The functions that follow take many arguments, because an object per call would cost more than the sums.

/** Four sums at once: one that waited for each of its additions would take twice the time. */
function addFourProducts(
  target: Float64Array,
  column: number,
  left: Float64Array,
  right: Float64Array,
): void {
  const { length } = left;
  const start = column * length;
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < length; i++) {
    const factor = left[i] as number;
    first += factor * (right[start + i] as number);
    second += factor * (right[start + length + i] as number);
    third += factor * (right[start + 2 * length + i] as number);
    fourth += factor * (right[start + 3 * length + i] as number);
  }
  target[column] = (target[column] as number) + first;
  target[column + 1] = (target[column + 1] as number) + second;
  target[column + 2] = (target[column + 2] as number) + third;
  target[column + 3] = (target[column + 3] as number) + fourth;
}

function addProduct(target: Float64Array, column: number, left: Float64Array, right: Float64Array): void {
  let sum = target[column] as number;
  for (let i = 0; i < left.length; i++)
    sum += (left[i] as number) * (right[column * left.length + i] as number);
  target[column] = sum;
}

/** Where the gradients of a product's factors are added up; shaped as the factors are. */
export interface ProductGradients {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly bias: Float64Array;
}

/**
 * Takes the gradient of a product back to its factors, adding to what `gradients` hold.
 *
 * @param gradient of the product, rows x columns.
 */
export function addProductGradients(
  gradient: Float64Array,
  { left, right, sizes }: { left: Float64Array; right: Float64Array; sizes: ProductSizes },
  gradients: ProductGradients,
): void {
  const { rows, columns, inner } = sizes;
  const { left: ofLeft, right: ofRight, bias } = gradients;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const slope = gradient[row * columns + column] as number;
      // Most are zero: a ReLU or a pooling above let nothing through.
      if (slope === 0) continue;
      bias[column] = (bias[column] as number) + slope;
      const leftAt = row * inner;
      const rightAt = column * inner;
      for (let i = 0; i < inner; i++) {
        const l = leftAt + i;
        const r = rightAt + i;
        ofLeft[l] = (ofLeft[l] as number) + slope * (right[r] as number);
        ofRight[r] = (ofRight[r] as number) + slope * (left[l] as number);
      }
    }
  }
}
