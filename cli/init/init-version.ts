import { exampleFeatures, isTabular, type Manifest } from '../../shared/core/manifest';
import { createRowDecoder } from '../../shared/core/rows';
import { compareSignatures } from '../../shared/core/signature';
import { callerInputs } from '../../shared/onnx/decode';
import { type Finding, isServable, refusal } from '../../shared/onnx/finding';
import { readPredictions, wantedOutputs } from '../../shared/protocol/native/answer';
import { createSession } from '../../shared/runtime/session';
import { columnOf } from './data';
import { describeVersion, type VersionWish } from './describe';
import { type Examined, examineFile } from './examine';
import { MisfitError } from './features';
import type { KnownValues } from './probe';
import { proveFile } from './prove';

/** A version that is not written yet. */
export interface InitialVersion {
  readonly manifest: Manifest;
  readonly artifact: Uint8Array;
  /** What it answers to its own example, as `predict` writes it; absent for a model of tensors. */
  readonly answer?: string;
}

/** What was found in a file, and the version that was made of it, if one could be. */
export interface Initialised {
  readonly findings: readonly Finding[];
  readonly version?: InitialVersion;
}

/** Makes a version of an ONNX file: looks at it, repairs it, proves it, describes it. Nothing is written. */
export async function initVersion(path: string, wish: VersionWish): Promise<Initialised> {
  const examined = await examineFile({ path, keepRows: wish.task === 'tensors' });
  if (!isServable(examined.findings)) return { findings: examined.findings };
  const { proved, findings: proofs } = await proveFile(examined, knownFrom(examined, wish));
  // What was proved wrong is refused, not repaired as well.
  const stands = (finding: Finding) =>
    !proofs.some(({ code, severity }) => code === finding.code && severity === 'error');
  const found = [...examined.findings.filter(stands), ...proofs];
  if (proved === undefined || !isServable(found)) return { findings: found };
  try {
    const { manifest, findings } = describeVersion(examined, proved, wish);
    const answer = await answerExample(manifest, proved.artifact);
    return {
      findings: [...found, ...findings],
      version: { manifest, artifact: proved.artifact, ...(answer !== undefined && { answer }) },
    };
  } catch (error) {
    if (!(error instanceof MisfitError)) throw error;
    return { findings: [...found, refusal('options-do-not-fit', 'the options', error.message)] };
  }
}

/** Values of the data for each column of the inputs: by the names of these, else in their order. */
function knownFrom({ file }: Examined, { data, target }: VersionWish): KnownValues {
  if (data === undefined) return [];
  const values = (name: string) => columnOf(data, name).slice(0, MAX_ROWS);
  const inputs = callerInputs(file.graph);
  if (inputs.every(({ name }) => data.columns.includes(name))) {
    return inputs.map(({ name }) => ({ input: name, column: 0, values: values(name) }));
  }
  const places = inputs.flatMap(({ name, shape }) =>
    Array.from(
      { length: Math.min(Number(shape?.[1]) || data.columns.length, data.columns.length) },
      (_, column) => ({
        input: name,
        column,
      }),
    ),
  );
  const names = data.columns.filter((name) => name !== target);
  return names.flatMap((name, index) =>
    places[index] === undefined ? [] : [{ ...places[index], values: values(name) }],
  );
}

/** Rows of the data that a file is tried with. */
const MAX_ROWS = 100;

/** Does with the version what a function does on loading it, and with its example what it does with a request. */
async function answerExample(manifest: Manifest, artifact: Uint8Array): Promise<string | undefined> {
  const session = await createSession(artifact, { threads: 1, isQuiet: true });
  try {
    const differences =
      manifest.signature === undefined ? [] : compareSignatures(manifest.signature, session.signature);
    if (differences.length > 0)
      throw new Error(`the manifest is not that of the file: ${differences.join('; ')}`);
    if (!isTabular(manifest)) return undefined;
    const inputs = createRowDecoder(manifest).decode([exampleFeatures(manifest)]);
    if (inputs === undefined)
      throw new MisfitError('the first row of the data does not fit the inputs of the file');
    return `${readPredictions(manifest, await session.run(inputs, wantedOutputs(manifest)), 1).writeRow(0)}}`;
  } finally {
    await session.release();
  }
}
