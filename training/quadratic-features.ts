import type { LabelledRows } from './labelled-rows';
import { at } from './linear-algebra';
import type { Preparation } from './linear-classifier';
import { averageOf, deviationOf } from './statistics';

type Rows = LabelledRows['rows'];

/** What makes the columns of some data comparable: minus the mean, divided by the standard deviation. */
export interface Standardisation {
  /** One per column. */
  readonly means: readonly number[];
  /** One per column, the population's. */
  readonly deviations: readonly number[];
}

/** Measures the columns of the rows to learn from. */
export function fitStandardisation(rows: Rows): Standardisation {
  const columns = at(rows, 0).map((_, column) => rows.map((row) => at(row, column)));
  return { means: columns.map(averageOf), deviations: columns.map(deviationOf) };
}

/**
 * Gives each row its standardised columns and, after them, the product of every pair of those, squares among them.
 * A linear boundary between such rows is a curved one between the rows as they were.
 *
 * The order is that of scikit-learn's `PolynomialFeatures(2, include_bias=False)`: by the left column, then the right.
 */
export function expandRows(rows: Rows, { means, deviations }: Standardisation): number[][] {
  const { left, right } = pairsOf(means.length);
  return rows.map((row) => {
    const standard = row.map((value, column) => (value - at(means, column)) / at(deviations, column));
    return [
      ...standard,
      ...left.map((column, index) => at(standard, column) * at(standard, at(right, index))),
    ];
  });
}

/**
 * Writes the same as nodes of ONNX.
 *
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_Scaler.html
 */
export function encodeExpansion({ means, deviations }: Standardisation): Preparation {
  const { left, right } = pairsOf(means.length);
  const axis = { axis: { type: 'INT', value: 1 } } as const;
  return {
    features: means.length,
    output: 'expanded',
    nodes: [
      {
        operator: 'Scaler',
        domain: 'ai.onnx.ml',
        inputs: ['X'],
        outputs: ['standard'],
        attributes: {
          offset: { type: 'FLOATS', value: means },
          scale: { type: 'FLOATS', value: deviations.map((deviation) => 1 / deviation) },
        },
      },
      { operator: 'Gather', inputs: ['standard', 'left'], outputs: ['lefts'], attributes: axis },
      { operator: 'Gather', inputs: ['standard', 'right'], outputs: ['rights'], attributes: axis },
      { operator: 'Mul', inputs: ['lefts', 'rights'], outputs: ['products'] },
      { operator: 'Concat', inputs: ['standard', 'products'], outputs: ['expanded'], attributes: axis },
    ],
    initializers: { left: toIndices(left), right: toIndices(right) },
  };
}

/** Which columns are multiplied: every one with itself and with each that follows. */
function pairsOf(columns: number): { left: number[]; right: number[] } {
  const numbers = Array.from({ length: columns }, (_, column) => column);
  const pairs = numbers.flatMap((left) => numbers.slice(left).map((right) => ({ left, right })));
  return { left: pairs.map(({ left }) => left), right: pairs.map(({ right }) => right) };
}

function toIndices(columns: readonly number[]) {
  return { type: 'int64', dims: [columns.length], data: BigInt64Array.from(columns, BigInt) } as const;
}
