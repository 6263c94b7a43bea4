import { callerInputs, type Graph, type GraphNode, type OnnxFile } from './decode';

/** Where a column lies: an input, and which of its columns. */
export interface ColumnPlace {
  readonly input: string;
  readonly column: number;
}

/** What an encoder in the graph says of the values of a column. */
export interface KnownCategories extends ColumnPlace {
  readonly values: readonly (string | bigint)[];
  /** Whether any other value fails. */
  readonly isClosed: boolean;
}

/**
 * Finds the categories that one-hot encoders know of columns, where such a column reaches its encoder as it is, or
 * picked out of its input.
 */
export function findCategories(file: OnnxFile): KnownCategories[] {
  const inputs = new Set(callerInputs(file.graph).map(({ name }) => name));
  return file.graph.nodes
    .filter(({ operator }) => operator === 'OneHotEncoder')
    .flatMap(({ inputs: [source = ''], attributes }) => {
      const texts = attributes.get('cats_strings')?.texts ?? [];
      const values = texts.length > 0 ? texts : (attributes.get('cats_int64s')?.integers() ?? []);
      const place = placeOf(file.graph, source, inputs);
      // With zeros = 0, which must be said, an unknown value is an error.
      const zeros = attributes.get('zeros');
      const isClosed = zeros !== undefined && zeros.integer === 0n;
      return values.length > 0 && place !== undefined ? [{ ...place, values, isClosed }] : [];
    });
}

/** What hands a column on without changing it. */
const PASSING: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Reshape', 'Flatten']);

/** Gather picks along the axis it is told, the extractor along the last. */
function picksColumns({ operator, attributes }: GraphNode): boolean {
  return (
    operator === 'ArrayFeatureExtractor' || (operator === 'Gather' && attributes.get('axis')?.integer === 1n)
  );
}

/** Follows a value up to the column of an input that it is. */
function placeOf(graph: Graph, name: string, inputs: ReadonlySet<string>): ColumnPlace | undefined {
  let column: number | undefined;
  const seen = new Set<string>();
  for (let at = name; !seen.has(at); ) {
    if (inputs.has(at)) return { input: at, column: column ?? 0 };
    seen.add(at);
    const node = graph.nodes.find(({ outputs }) => outputs.includes(at));
    if (node === undefined) return undefined;
    const [source = '', index = ''] = node.inputs;
    if (PASSING.has(node.operator)) {
      at = source;
    } else if (picksColumns(node)) {
      const picked = graph.initializers.find((each) => each.name === index)?.integers() ?? [];
      if (column !== undefined || picked.length !== 1) return undefined;
      column = Number(picked[0]);
      at = source;
    } else {
      return undefined;
    }
  }
  return undefined;
}
