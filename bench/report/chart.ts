/** A picture of figures. Both kinds are drawn by the file of their name. */
export type Chart = BarChart | LineChart;

/** One bar for each contender, with a line from the least to the most that was measured. */
export interface BarChart {
  readonly kind: 'bars';
  /** Also the name of its file, in lower case with hyphens. */
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly min: number;
    readonly max: number;
  }[];
}

/** One line for each contender. */
export interface LineChart {
  readonly kind: 'lines';
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Axes on which each step is a factor. */
  readonly logX?: true;
  readonly logY?: true;
  readonly lines: readonly {
    readonly label: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

/** The name of a chart's file. */
export function fileOf({ title }: Chart): string {
  return `${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.svg`;
}
