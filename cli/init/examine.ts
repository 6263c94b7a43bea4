import { readFile } from 'node:fs/promises';
import { callerInputs, decodeModel, type OnnxFile } from '../../shared/onnx/decode';
import { type Finding, refusal } from '../../shared/onnx/finding';
import { findCustomOperators, findForeignTypes, findImages, findTooNew } from '../../shared/onnx/inspect';
import { freeBatch } from '../../shared/onnx/repairs/batch';
import { rewriteLocales } from '../../shared/onnx/repairs/locale';
import {
  type ClassLabels,
  cutZipMaps,
  findNonTensors,
  openSequences,
} from '../../shared/onnx/repairs/non-tensors';
import { InvalidOnnx } from '../../shared/onnx/wire';
import { gatherExternalData } from './external-files';
import { runtimeLimits } from './runtime-limits';

/** A file that was looked at and repaired as far as looking goes: nothing has been run yet. */
export interface Examined {
  readonly path: string;
  readonly original: Uint8Array;
  readonly file: OnnxFile;
  readonly findings: readonly Finding[];
  /** The labels that ZipMaps had, by output. */
  readonly labels: ReadonlyMap<string, ClassLabels>;
  /** How many rows the file wanted, where it takes any number now. */
  readonly fixedRows: number | undefined;
}

export interface ExamineOptions {
  readonly path: string;
  /** Leaves a fixed number of rows as it is: a model of tensors may have one. */
  readonly keepRows: boolean;
}

/** Reads an ONNX file, finds what cannot be served, and repairs what can be repaired. */
export async function examineFile({ path, keepRows }: ExamineOptions): Promise<Examined> {
  const original = await readFile(path);
  try {
    return await examine(original, { path, keepRows });
  } catch (error) {
    if (!(error instanceof InvalidOnnx)) throw error;
    const findings = [refusal('not-onnx', path, defectOf(original, error))];
    return { path, original, file: EMPTY, findings, labels: new Map(), fixedRows: undefined };
  }
}

/** The version of the format, which comes first in what exporters write. */
const FIRST_BYTE = 0x08;

/** A file that is something else is said to be, before where it stops to look like one. */
function defectOf([first]: Uint8Array, { message }: InvalidOnnx): string {
  if (first === undefined) return 'the file is empty: the export may have failed';
  return first === FIRST_BYTE ? message : `this is no ONNX file: ${message}`;
}

const EMPTY: OnnxFile = {
  fields: [],
  irVersion: 0,
  producer: '',
  operatorSets: new Map(),
  graph: { fields: [], nodes: [], inputs: [], outputs: [], initializers: [] },
  functions: new Map(),
};

async function examine(original: Uint8Array, { path, keepRows }: ExamineOptions): Promise<Examined> {
  const read = decodeModel(original);
  const zipMaps = cutZipMaps(read);
  const sequences = openSequences(zipMaps.file);
  const locales = rewriteLocales(sequences.file);
  const batch = keepRows ? { file: locales.file, findings: [], rows: undefined } : freeBatch(locales.file);
  // Last, so that weights are copied once.
  const external = await gatherExternalData(batch.file, path);
  return {
    path,
    original,
    file: external.file,
    labels: zipMaps.labels,
    fixedRows: batch.rows,
    findings: [
      ...findTooNew(read, await runtimeLimits(read)),
      ...findForeignTypes(read),
      ...findCustomOperators(read),
      ...zipMaps.findings,
      ...sequences.findings,
      ...findNonTensors(sequences.file, callerInputs(read.graph)),
      ...locales.findings,
      ...batch.findings,
      ...external.findings,
      ...findImages(read),
    ],
  };
}
