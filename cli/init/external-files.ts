import { open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import type { OnnxFile } from '../../shared/onnx/decode';
import { type Finding, refusal, repair } from '../../shared/onnx/finding';
import {
  type ExternalData,
  externalDataOf,
  externalInitializers,
  inlineExternalData,
} from '../../shared/onnx/repairs/external-data';
import type { Repaired } from '../../shared/onnx/repairs/repaired';
import type { StoredTensor } from '../../shared/onnx/stored-tensor';
import { allTensors } from '../../shared/onnx/walk';
import { InvalidOnnx } from '../../shared/onnx/wire';

/** Protocol Buffers end there: a longer file cannot be read by anybody. */
const MAX_BYTES = 2 ** 31 - 1;

/** Takes the weights that lie in other files beside a file into it. */
export async function gatherExternalData(file: OnnxFile, path: string): Promise<Repaired> {
  const everywhere = allTensors(file).filter(({ external }) => external !== undefined);
  if (everywhere.length === 0) return { file, findings: [] };
  const tensors = externalInitializers(file);
  const places = placesOf(tensors);
  if (places instanceof InvalidOnnx) {
    return { file, findings: [refusal('external-data', `${tensors.length} tensors`, places.message)] };
  }
  const bytes = places.reduce((sum, { length }) => sum + length, 0);
  if (everywhere.length > tensors.length) {
    const detail = 'constants within nodes have their data in other files: export one file';
    return {
      file,
      findings: [refusal('external-data', `${everywhere.length - tensors.length} tensors`, detail)],
    };
  }
  if (bytes > MAX_BYTES) {
    const detail = `${bytes} bytes lie in other files, and one file holds ${MAX_BYTES}: quantise the model`;
    return { file, findings: [refusal('external-data', `${tensors.length} tensors`, detail)] };
  }
  return readAll({ file, path }, tensors, places);
}

function placesOf(tensors: readonly StoredTensor[]): ExternalData[] | InvalidOnnx {
  try {
    return tensors.map((tensor) => externalDataOf(tensor)).filter((place) => place !== undefined);
  } catch (error) {
    if (error instanceof InvalidOnnx) return error;
    throw error;
  }
}

async function readAll(
  { file, path }: { file: OnnxFile; path: string },
  tensors: readonly StoredTensor[],
  places: readonly ExternalData[],
): Promise<Repaired> {
  const folder = await realpath(dirname(path));
  const data = new Map<StoredTensor, Uint8Array>();
  const findings: Finding[] = [];
  for (const [index, tensor] of tensors.entries()) {
    const place = places[index];
    if (place === undefined) continue;
    try {
      data.set(tensor, await readPlace(folder, place));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      findings.push(refusal('external-data', `tensor "${tensor.name}"`, reason));
    }
  }
  if (findings.length > 0) return { file, findings };
  const names = [...new Set(places.map(({ location }) => location))].join(', ');
  const bytes = places.reduce((sum, { length }) => sum + length, 0);
  const detail = `${bytes} bytes of ${tensors.length} tensors are taken into the file`;
  return { file: inlineExternalData(file, data), findings: [repair('external-data', names, detail)] };
}

/** Reads bytes of a file beside the model; a file may not make its reader open what lies anywhere else. */
async function readPlace(folder: string, { location, offset, length }: ExternalData): Promise<Uint8Array> {
  const outside = `expected a file beside the model, got "${location}"`;
  if (location === '' || isAbsolute(location) || location.split(/[\\/]/).includes('..'))
    throw new Error(outside);
  const path = await realpath(join(folder, location)).catch(() => {
    throw new Error(`its data lies in "${location}", which is not there: put it beside the model`);
  });
  if (!path.startsWith(folder + sep)) throw new Error(outside);
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (offset + length > size) {
      throw new Error(`expected ${offset + length} bytes in "${location}", got ${size}: it is cut short`);
    }
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0) throw new Error(`"${location}" was cut short while it was read`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
