import type { OnnxFile } from '../decode';
import { editGraph, replaceFields } from '../edit';
import { ELEMENT_BYTES, GRAPH, TENSOR } from '../format';
import type { StoredTensor } from '../stored-tensor';
import { bytesField, bytesOf, type Field, InvalidOnnx, readMessage } from '../wire';

/** Bytes of another file that are the data of a tensor. */
export interface ExternalData {
  readonly tensor: string;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Where the data of a tensor lies.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 * @throws {InvalidOnnx} for numbers that are none, and for another length than the tensor has.
 */
export function externalDataOf({
  name,
  external,
  dims,
  elementType,
}: StoredTensor): ExternalData | undefined {
  if (external === undefined) return undefined;
  const offset = Number(external.get('offset') ?? 0);
  const elements = dims.reduce((product, dim) => product * dim, 1);
  const size = elements * (ELEMENT_BYTES[elementType] ?? Number.NaN);
  const length = Number(external.get('length') ?? size);
  // Elements of less than a byte are left to the runtime to count.
  const fits = Number.isNaN(size) || length === size;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0 || !fits) {
    throw new InvalidOnnx(
      `tensor "${name}": expected ${size} bytes of external data, got "${external.get('length') ?? ''}" at "${external.get('offset') ?? ''}"`,
    );
  }
  return { tensor: name, location: external.get('location') ?? '', offset, length };
}

/** The initializers whose data lies elsewhere. */
export function externalInitializers({ graph }: OnnxFile): StoredTensor[] {
  return graph.initializers.filter(({ external }) => external !== undefined);
}

/** Takes the data of initializers into the file. */
export function inlineExternalData(file: OnnxFile, data: ReadonlyMap<StoredTensor, Uint8Array>): OnnxFile {
  const changes = new Map<Field, readonly Field[]>(
    [...data].map(([tensor, bytes]) => [tensor.field, [inlined(tensor, bytes)]]),
  );
  return editGraph(file, (fields) => replaceFields(fields, changes));
}

const POINTERS: ReadonlySet<number> = new Set([TENSOR.external_data, TENSOR.data_location]);

function inlined({ field }: StoredTensor, data: Uint8Array): Field {
  const fields = readMessage(bytesOf(field), 'a tensor').filter(({ number }) => !POINTERS.has(number));
  return bytesField(GRAPH.initializer, [...fields, bytesField(TENSOR.raw_data, data)]);
}
