/** How often training values lay where. Bin `i` holds those above `edges[i - 1]` and at most `edges[i]`. */
export interface Bins {
  /** Ascending. */
  readonly edges: readonly number[];
  /** One more than there are edges: the first bin has no lower end, the last one no upper. */
  readonly counts: readonly number[];
  /** Whether every value seen in training is an edge, so that nothing is known less exactly than it was seen. */
  readonly complete?: boolean;
}

/** What a number looked like over the training rows: moments, and how its values were spread. */
export interface NumberBaseline {
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Equally spaced, from the minimum to the maximum. */
  readonly quantiles?: readonly number[];
  readonly bins?: Bins;
}

/** What a text or a truth value looked like over the training rows: how many rows had which. */
export interface CategoryBaseline {
  readonly categories: Readonly<Record<string, number>>;
}

export type FeatureBaseline = NumberBaseline | CategoryBaseline;

/** What the model predicted for rows that are like those it is to meet. */
export interface PredictionBaseline {
  readonly rows: number;
  /** How many rows were predicted to be of which class. */
  readonly classes?: Readonly<Record<string, number>>;
  /** The score of the predicted class. */
  readonly confidence?: NumberBaseline;
  /** The predicted number of a regression. */
  readonly value?: NumberBaseline;
}

/** What the training data looked like, to compare live traffic with. */
export interface Baseline {
  readonly rows: number;
  readonly features: Readonly<Record<string, FeatureBaseline>>;
  /** Share of each class among the labels. */
  readonly classes?: Readonly<Record<string, number>>;
  readonly predictions?: PredictionBaseline;
}

/** Says whether a baseline is that of a number. */
export function isNumberBaseline(baseline: FeatureBaseline): baseline is NumberBaseline {
  return !('categories' in baseline);
}

/**
 * The bins of a number. Where a manifest has quantiles only, they are the edges, and each has an equal share of the
 * rows below it; values that many rows share are then known to one quantile step only.
 *
 * @param rows how many rows the baseline was made of.
 */
export function binsOf({ bins, quantiles }: NumberBaseline, rows: number): Bins | undefined {
  if (bins !== undefined || quantiles === undefined) return bins;
  const edges = [...new Set(quantiles)];
  const share = rows / (quantiles.length - 1);
  const upTo = edges.map((edge) => Math.round(quantiles.lastIndexOf(edge) * share));
  return { edges, counts: [...upTo.map((count, index) => count - (upTo[index - 1] ?? 0)), 0] };
}

/** The bin of a value: the number of edges below it. */
export function binOf(edges: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
