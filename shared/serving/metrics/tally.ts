/** Values of the labels of a family, in the order of their names. */
export type LabelValues = readonly string[];

/** One number of a family, as a scrape shows it. */
export interface Sample {
  /** The name of the family with its suffix, as in `onnx_batch_rows_sum`. */
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A metric with all its series. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What was tallied so far, series after series. */
  samples(): Sample[];
}

export interface Counter {
  add(count: number): void;
}

export interface CounterFamily extends Family {
  /** The counter of one list of label values, made at 0 when it is first asked for. */
  of(values: LabelValues): Counter;
}

export interface Histogram {
  observe(value: number): void;
}

export interface HistogramFamily extends Family {
  /** The histogram of one list of label values, made empty when it is first asked for. */
  of(values: LabelValues): Histogram;
}

/** What describes a family besides its name. */
export interface FamilyOptions {
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Creates a counter for each list of label values; one without labels is there from the start. */
export function createCounterFamily(name: string, { help, labels = [] }: FamilyOptions): CounterFamily {
  const series = createSeries(createCounter);
  if (labels.length === 0) series.of([]);
  return {
    name,
    help,
    type: 'counter',
    of: series.of,
    samples: () =>
      series
        .all()
        .map(([values, { total }]) => ({ metricName: name, labels: toRecord(labels, values), value: total })),
  };
}

/** Creates a gauge without labels that is read anew for every scrape. */
export function createGauge(name: string, help: string, read: () => number): Family {
  return {
    name,
    help,
    type: 'gauge',
    samples: () => [{ metricName: name, labels: {}, value: read() }],
  };
}

interface Total extends Counter {
  total: number;
}

function createCounter(): Total {
  const counter = {
    total: 0,
    add(count: number) {
      counter.total += count;
    },
  };
  return counter;
}

/**
 * Creates a histogram for each list of label values.
 *
 * @param bounds the upper bounds of its buckets, ascending and inclusive; that of +Inf is added.
 */
export function createHistogramFamily(
  name: string,
  { help, labels = [], bounds }: FamilyOptions & { readonly bounds: readonly number[] },
): HistogramFamily {
  const series = createSeries(() => createHistogram(bounds));
  return {
    name,
    help,
    type: 'histogram',
    of: series.of,
    samples: () =>
      series
        .all()
        .flatMap(([values, tally]) => histogramSamples(name, toRecord(labels, values), { bounds, tally })),
  };
}

interface Tally extends Histogram {
  /** How many values lie in each bucket alone; the last is that of +Inf. */
  readonly counts: Float64Array;
  sum: number;
}

function createHistogram(bounds: readonly number[]): Tally {
  const tally: Tally = {
    counts: new Float64Array(bounds.length + 1),
    sum: 0,
    observe(value) {
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
      // The loop above ends within the array.
      (tally.counts[bucket] as number)++;
      tally.sum += value;
    },
  };
  return tally;
}

/** The samples of one histogram: a bucket counts all values up to its bound, so each holds the one before. */
function histogramSamples(
  name: string,
  labels: Sample['labels'],
  { bounds, tally }: { readonly bounds: readonly number[]; readonly tally: Tally },
): Sample[] {
  let count = 0;
  const buckets = [...bounds, '+Inf'].map((le, bucket) => {
    count += tally.counts[bucket] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: tally.sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** Keeps one thing for each list of label values. */
function createSeries<T>(create: () => T) {
  const known = new Map<string, readonly [LabelValues, T]>();
  return {
    of(values: LabelValues): T {
      const key = JSON.stringify(values);
      const found = known.get(key);
      if (found !== undefined) return found[1];
      const made = create();
      known.set(key, [values, made]);
      return made;
    },
    all: () => [...known.values()],
  };
}

function toRecord(names: readonly string[], values: LabelValues): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
