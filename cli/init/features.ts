import type { CategoryBaseline, FeatureBaseline, NumberBaseline } from '../../shared/core/baseline';
import { columnsOf, type Feature } from '../../shared/core/manifest';
import { RESERVED_FEATURE_NAMES } from '../../shared/core/manifest-meaning';
import { isIntegerType } from '../../shared/core/rows';
import type { TensorSpec } from '../../shared/core/signature';
import type { DataType } from '../../shared/core/tensor';
import type { KnownCategories } from '../../shared/onnx/categories';
import { describeValues } from '../../training/statistics';
import { columnOf, type DataTable } from './data';

/** One column of an input. */
export interface Column {
  readonly input: TensorSpec;
  readonly column: number;
}

/** What is said about the features besides what the file says. */
export interface FeatureFacts {
  readonly names?: readonly string[];
  readonly data?: DataTable;
  /** The column of the data that is no feature. */
  readonly target?: string;
  readonly known: readonly KnownCategories[];
}

/** A model's features, and what the data says of them. */
export interface DescribedFeatures {
  readonly features: readonly Feature[];
  readonly baseline: Readonly<Record<string, FeatureBaseline>>;
}

/** Options that contradict the file. */
export class MisfitError extends Error {}

/** The columns of inputs that are tables, in order; undefined where one is none. */
export function listColumns(inputs: readonly TensorSpec[], names?: readonly string[]): Column[] | undefined {
  const [only] = inputs;
  const columns = inputs.flatMap((input) => {
    // Where the file leaves the number of columns open, the names say it.
    const isOpen =
      inputs.length === 1 && input === only && typeof input.shape[1] === 'string' && input.shape.length === 2;
    const width = isOpen ? names?.length : columnsOf(input);
    return width === undefined
      ? [undefined]
      : Array.from({ length: width }, (_, column) => ({ input, column }));
  });
  const tables = columns.filter((column) => column !== undefined);
  return tables.length === columns.length ? tables : undefined;
}

/** @throws {MisfitError} */
export function describeFeatures(columns: readonly Column[], facts: FeatureFacts): DescribedFeatures {
  const names = facts.names ?? namesFrom(columns, facts) ?? defaultNames(columns);
  if (names.length !== columns.length) {
    throw new MisfitError(
      `expected ${columns.length} names of features, one for each column, got ${names.length}`,
    );
  }
  const baseline: Record<string, FeatureBaseline> = {};
  const features = columns.map((column, index) => {
    const name = names[index] ?? '';
    const values = facts.data?.columns.includes(name) ? columnOf(facts.data, name) : undefined;
    const known = facts.known.find(
      (each) => each.input === column.input.name && each.column === column.column,
    );
    if (column.input.type === 'bool') return { name, example: values?.[0]?.toLowerCase() === 'true' };
    const described =
      column.input.type === 'string'
        ? textFeature(name, known, values)
        : numberFeature(name, column.input.type, known, values);
    if (described.baseline !== undefined) baseline[name] = described.baseline;
    return described.feature;
  });
  return { features, baseline };
}

/** The columns of the data that are features: those named like the inputs, else all but the target. */
function namesFrom(
  columns: readonly Column[],
  { data, target }: FeatureFacts,
): readonly string[] | undefined {
  if (data === undefined) return undefined;
  const inputs = columns.map(({ input }) => input.name);
  if (new Set(inputs).size === inputs.length && inputs.every((name) => data.columns.includes(name)))
    return inputs;
  const names = data.columns.filter((name) => name !== target);
  if (names.length === columns.length) return names;
  throw new MisfitError(
    `expected data with ${columns.length} columns of features, got ${names.length} (${names.join(', ')}): ` +
      'name the column that is none with --target',
  );
}

/** What the file calls them: an input of one column by its name, else columns by their number. */
function defaultNames(columns: readonly Column[]): string[] {
  const isOnlyInput = columns.every(({ input }) => input === columns[0]?.input);
  return columns.map(({ input, column }) => {
    if (columnsOf(input) === 1 && !RESERVED_FEATURE_NAMES.has(input.name)) return input.name;
    return `${isOnlyInput ? 'feature' : input.name}_${column}`;
  });
}

interface Described {
  readonly feature: Feature;
  /** Undefined where no data says it. */
  readonly baseline?: FeatureBaseline | undefined;
}

/** Most texts of data that are taken for categories. */
const MAX_CATEGORIES = 50;

function textFeature(
  name: string,
  known: KnownCategories | undefined,
  values: readonly string[] | undefined,
): Described {
  const texts = known?.values.map(String);
  const categories = known === undefined ? categoriesOf(values) : known.isClosed ? texts : undefined;
  const example = values?.[0] ?? texts?.[0] ?? 'text';
  return {
    feature: { name, ...(categories && { categories }), example },
    baseline: values && countTexts(values, Math.max(categories?.length ?? 0, texts?.length ?? 0)),
  };
}

/** How often data has each text; undefined where it has more than there are categories: that is just text. */
function countTexts(values: readonly string[], most: number): CategoryBaseline | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size > most) return undefined;
  return { categories: Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1))) };
}

/** Texts that come again and again are categories; others are just text. */
function categoriesOf(values: readonly string[] | undefined): string[] | undefined {
  if (values === undefined) return undefined;
  const distinct = [...new Set(values)].sort();
  const isFew = distinct.length <= MAX_CATEGORIES && distinct.length * 2 <= values.length;
  return isFew ? distinct : undefined;
}

function numberFeature(
  name: string,
  type: DataType,
  known: KnownCategories | undefined,
  values: readonly string[] | undefined,
): Described {
  const numbers = values?.map((text, row) => readNumber(text, { name, type, line: row + 2 }));
  const present = numbers?.filter((value) => value !== undefined) ?? [];
  if (present.length === 0) return { feature: { name, example: Number(known?.values[0] ?? 0) } };
  const moments: NumberBaseline = describeValues(present);
  const isNullable = present.length < (numbers?.length ?? 0);
  return {
    feature: {
      name,
      range: [moments.min, moments.max],
      ...(isNullable && { nullable: true }),
      example: present[0] ?? 0,
    },
    baseline: moments,
  };
}

function readNumber(
  text: string,
  { name, type, line }: { name: string; type: DataType; line: number },
): number | undefined {
  const value = Number(text);
  const isMissing = text.trim() === '' || /^(nan|na|null)$/i.test(text.trim());
  if (isMissing && !isIntegerType(type)) return undefined;
  if (!isMissing && Number.isFinite(value) && (!isIntegerType(type) || Number.isInteger(value))) return value;
  const expected = isIntegerType(type) ? 'a whole number' : 'a number';
  throw new MisfitError(`data, row ${line - 1}, "${name}": expected ${expected}, got "${text}"`);
}
