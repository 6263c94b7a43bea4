import { checkInputs, expectedInputs } from '../../core/check-inputs';
import { invalidAt } from '../../core/invalid';
import { describeValue, quote } from '../../core/schema-error';
import type { Signature, TensorSpec } from '../../core/signature';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { decodeBase64Text } from '../../core/tensor-element';
import { countElements, decodeTensor, shapeOf } from '../../core/tensor-json';
import { type BinaryReader, readBinary } from './binary';
import { type Fields, type Parameters, readArray, readObject, readParameters, readString } from './fields';
import { OIP_DATATYPES } from './metadata';

/**
 * Reads the `inputs` of a request, each from its `data` or from the bytes after the JSON.
 *
 * @throws {ServingError} `validation-failed` when they are not the inputs of the model.
 */
export function readInputs(value: unknown, signature: Signature, binary: BinaryReader): NamedTensors {
  const tensors = new Map<string, Tensor>();
  const pointers = new Map<string, string>();
  for (const [index, item] of readArray(value, '/inputs').entries()) {
    const pointer = `/inputs/${index}`;
    const fields = readObject(item, pointer);
    const spec = specOf(fields, signature, pointer);
    const first = pointers.get(spec.name);
    if (first !== undefined)
      throw invalidAt(`${pointer}/name`, `expected each input once, ${quote(spec.name)} is ${first} too`);
    tensors.set(spec.name, readInput(fields, spec, binary, pointer));
    pointers.set(spec.name, pointer);
  }
  const inputs = Object.fromEntries(tensors);
  checkInputs(signature, inputs, (name) => pointers.get(name) ?? '/inputs');
  return inputs;
}

function specOf({ name: value }: Fields, signature: Signature, pointer: string): TensorSpec {
  const name = readString(value, `${pointer}/name`);
  const spec = signature.inputs.find((candidate) => candidate.name === name);
  if (spec !== undefined) return spec;
  throw invalidAt(`${pointer}/name`, `${expectedInputs(signature)}, got ${quote(name)}`);
}

function readInput(fields: Fields, spec: TensorSpec, binary: BinaryReader, pointer: string): Tensor {
  const expected = OIP_DATATYPES[spec.type];
  const datatype = fields['datatype'];
  if (datatype !== expected) {
    throw invalidAt(
      `${pointer}/datatype`,
      `expected "${expected}" for input "${spec.name}", got ${describeValue(datatype)}`,
    );
  }
  const dims = readShape(fields['shape'], spec, `${pointer}/shape`);
  const parameters = readParameters(fields['parameters'], `${pointer}/parameters`);
  const size = parameters.binary_data_size;
  if (size === undefined) return readJson(fields['data'], dims, { spec, parameters, pointer });
  const at = `${pointer}/parameters/binary_data_size`;
  if ('data' in fields && fields['data'] !== null)
    throw invalidAt(at, 'expected no "data" beside it, got both');
  return readBinary(spec.type, dims, binary.take(size, at), at);
}

function readShape(value: unknown, { name, shape }: TensorSpec, pointer: string): number[] {
  const dims = readArray(value, pointer);
  if (dims.length !== shape.length) {
    const expected = `expected ${shape.length} dimensions [${shape.join(',')}] for input "${name}"`;
    throw invalidAt(pointer, `${expected}, got ${dims.length}`);
  }
  const wrong = dims.findIndex((size) => !Number.isSafeInteger(size) || (size as number) < 0);
  if (wrong !== -1) {
    throw invalidAt(
      `${pointer}/${wrong}`,
      `expected a non-negative integer, got ${describeValue(dims[wrong])}`,
    );
  }
  const sizes = dims as readonly number[];
  if (Number.isSafeInteger(countElements(sizes))) return [...sizes];
  throw invalidAt(pointer, `expected at most 2^53 elements, got the shape [${dims.join(',')}]`);
}

interface JsonInput {
  readonly spec: TensorSpec;
  readonly parameters: Parameters;
  readonly pointer: string;
}

function readJson(data: unknown, dims: readonly number[], { spec, parameters, pointer }: JsonInput): Tensor {
  if (data === undefined)
    throw invalidAt(pointer, 'expected "data", or the parameter "binary_data_size", got neither');
  const at = `${pointer}/data`;
  const given = shapeOf(data);
  // Servers of this protocol differ in axes of size 1 only, so [[1,2]] may stand for shape [2], but not for [2,1,2].
  const tensor = decodeTensor(spec.type, isReshaped(given, dims) ? given : dims, data, at);
  const isEncoded = tensor.type === 'string' && parameters.content_type === 'base64';
  return (isEncoded ? decodeBase64(tensor, dims, at) : { ...tensor, dims }) as Tensor;
}

/** Says whether nested lists hold a tensor of `dims`, but with other axes of size 1, or as one list in others. */
function isReshaped(given: readonly number[], dims: readonly number[]): boolean {
  if (given.length < 2 || countElements(given) !== countElements(dims)) return false;
  const sizes = given.filter((size) => size !== 1);
  return sizes.length < 2 || sizes.join() === dims.filter((size) => size !== 1).join();
}

function decodeBase64(tensor: Tensor & { type: 'string' }, dims: readonly number[], pointer: string): Tensor {
  const data = tensor.data.map((text, index) => {
    const decoded = decodeBase64Text(text);
    if (decoded === undefined)
      throw invalidAt(pointer, `element ${index}: expected base64 of UTF-8, got ${quote(text)}`);
    return decoded;
  });
  return { type: 'string', dims, data };
}
