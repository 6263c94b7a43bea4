import type { TensorSpec } from '../../shared/core/signature';
import type { NamedTensors, Tensor } from '../../shared/core/tensor';
import { findCategories } from '../../shared/onnx/categories';
import { writeFile } from '../../shared/onnx/edit';
import { type Finding, refusal, warning } from '../../shared/onnx/finding';
import { findForeignConstants } from '../../shared/onnx/inspect';
import { boundBatch } from '../../shared/onnx/repairs/batch';
import { declareOutputs } from '../../shared/onnx/repairs/output-shapes';
import { createSession, type Session } from '../../shared/runtime/session';
import { isIdenticalTensor, isSameTensor } from '../same-answers';
import type { Examined } from './examine';
import { type KnownValues, probeInputs, sliceRows } from './probe';

/** A file that was run, and what it gave. */
export interface Proved {
  readonly artifact: Uint8Array;
  readonly inputs: readonly TensorSpec[];
  /** As they came out: what a file declares of its outputs need not be true. */
  readonly outputs: readonly TensorSpec[];
  /** Outputs for the rows that it was tried with. */
  readonly answers: NamedTensors;
  /** Whether rows that share a run are answered as each alone. */
  readonly isIndependent: boolean;
}

export interface Proof {
  /** Absent where the file cannot be served. */
  readonly proved?: Proved;
  readonly findings: readonly Finding[];
}

/** Rows that a file is tried with. */
const ROWS = 7;

/** Loads a repaired file and runs it: against the file as it was, and several rows against each alone. */
export async function proveFile(examined: Examined, known: KnownValues): Promise<Proof> {
  const isChanged = examined.findings.some(({ repaired }) => repaired);
  const artifact = isChanged ? writeFile(examined.file) : examined.original;
  let session: Session;
  try {
    session = await createSession(artifact, { threads: 1, isQuiet: true });
  } catch (error) {
    const constants = findForeignConstants(examined.file);
    return { findings: [...constants, refusal('load-failed', examined.path, reasonOf(error))] };
  }
  try {
    return await proveSession(session, { examined, artifact, known, isChanged });
  } finally {
    await session.release();
  }
}

interface Attempt {
  readonly examined: Examined;
  readonly artifact: Uint8Array;
  readonly known: KnownValues;
  readonly isChanged: boolean;
}

async function proveSession(session: Session, attempt: Attempt): Promise<Proof> {
  const { examined, artifact, known, isChanged } = attempt;
  const { inputs, outputs } = session.signature;
  const others = session.otherOutputs.map((name) =>
    refusal(
      'non-tensor-output',
      `output "${name}"`,
      'it is no tensor, and the file does not show of which tensors it is made',
    ),
  );
  if (inputs.length === 0)
    others.push(refusal('non-tensor-input', 'the graph', 'it has no input that is a tensor'));
  if (others.length > 0 || outputs.length === 0) return { findings: others };
  const rows = rowsFor(examined);
  const all = [...findCategories(examined.file), ...known];
  let feeds: NamedTensors;
  let answers: NamedTensors;
  try {
    feeds = probeInputs(inputs, rows, { known: all });
    answers = await session.run(feeds);
  } catch (error) {
    return { findings: [failedRun(examined, error)] };
  }
  const findings = isChanged ? await compareWithOriginal(examined, feeds, answers) : [];
  const alone = await runAlone(session, feeds, rows);
  const isIndependent = alone !== undefined && isSame(answers, alone, rows);
  if (!isIndependent && examined.fixedRows !== undefined) {
    if (findings.length === 0) findings.push(boundBatch(examined.fixedRows, NOT_ALONE));
  } else if (!isIndependent && takesRows(inputs)) {
    const detail =
      'rows that share a run are not answered as each alone: calls are not run together (batching.max_batch_size 1)';
    findings.push(warning('rows-not-independent', 'the graph', detail));
  }
  const actual = outputs.map((declared) => actualSpec(declared, answers, { inputs, rows }));
  const declared = declareOutputs(examined.file, actual);
  return {
    proved: {
      artifact: declared.findings.length === 0 ? artifact : writeFile(declared.file),
      inputs,
      outputs: actual,
      answers,
      isIndependent,
    },
    findings: [...findings, ...declared.findings],
  };
}

const NOT_ALONE = 'several rows are not answered as each alone';

/** As many groups of rows as the file wanted at once, or single rows. */
function rowsFor({ fixedRows }: Examined): number {
  return fixedRows === undefined ? ROWS : 3 * fixedRows;
}

function failedRun({ fixedRows }: Examined, error: unknown): Finding {
  if (fixedRows !== undefined) return boundBatch(fixedRows, `more rows fail: ${reasonOf(error)}`);
  const detail = `it does not answer rows that were made up: ${reasonOf(error)}; give rows that it takes with --csv`;
  return refusal('run-failed', 'the graph', detail);
}

/** Runs the file as it was, on as many rows at once as it wanted, and compares every output that it can give. */
async function compareWithOriginal(
  { path, fixedRows }: Examined,
  feeds: NamedTensors,
  answers: NamedTensors,
): Promise<Finding[]> {
  // With its path its weights are found, wherever they are. One that cannot be loaded at all was repaired for that.
  const original = await createSession(path, { threads: 1, isQuiet: true }).catch(() => undefined);
  if (original === undefined) return [];
  try {
    const names = original.signature.outputs.map(({ name }) => name).filter((name) => name in answers);
    if (names.length === 0) return [];
    const size = fixedRows ?? rowCount(feeds);
    const groups: NamedTensors[] = [];
    for (let start = 0; start < rowCount(feeds); start += size) {
      groups.push(await original.run(sliceRows(feeds, start, start + size), names));
    }
    const differing = names.filter(
      (name) => !agrees(name, { answers, groups, size, isExact: fixedRows === undefined }),
    );
    if (differing.length > 0 && fixedRows !== undefined) return [boundBatch(fixedRows, NOT_ALONE)];
    return differing.map((name) =>
      refusal('answers-differ', `output "${name}"`, 'the repaired file does not answer as the file does'),
    );
  } finally {
    await original.release();
  }
}

interface Compared {
  readonly answers: NamedTensors;
  readonly groups: readonly NamedTensors[];
  readonly size: number;
  /** The same rows in the same run; else sums may be in another order. */
  readonly isExact: boolean;
}

function agrees(name: string, { answers, groups, size, isExact }: Compared): boolean {
  const compare = isExact ? isIdenticalTensor : isSameTensor;
  return groups.every((group, index) => {
    const expected = group[name];
    const actual = sliceRows(answers, index * size, (index + 1) * size)[name];
    return expected !== undefined && compare(expected, actual);
  });
}

/** Rows that are run alone: a file may want thousands at once. */
const MAX_ALONE = 32;

/** The answers of rows alone, one after another; undefined where one fails or has another number of rows. */
async function runAlone(
  session: Session,
  feeds: NamedTensors,
  rows: number,
): Promise<readonly NamedTensors[] | undefined> {
  const alone: NamedTensors[] = [];
  try {
    for (let row = 0; row < Math.min(rows, MAX_ALONE); row++)
      alone.push(await session.run(sliceRows(feeds, row, row + 1)));
  } catch {
    return undefined;
  }
  return alone;
}

function isSame(answers: NamedTensors, alone: readonly NamedTensors[], rows: number): boolean {
  return Object.entries(answers).every(([name, { dims }]) => {
    if (dims[0] !== rows) return false;
    return alone.every((answer, row) => {
      const expected = answer[name];
      return expected !== undefined && isSameTensor(expected, sliceRows(answers, row, row + 1)[name]);
    });
  });
}

function rowCount(feeds: NamedTensors): number {
  return Math.max(...Object.values(feeds).map(({ dims }) => dims[0] ?? 1));
}

function takesRows(inputs: readonly TensorSpec[]): boolean {
  return inputs.every(({ shape }) => typeof shape[0] === 'string');
}

/** What an output is: as declared where that is true, else as it came. */
function actualSpec(
  declared: TensorSpec,
  answers: NamedTensors,
  { inputs, rows }: { inputs: readonly TensorSpec[]; rows: number },
): TensorSpec {
  const { dims = [] }: Partial<Tensor> = answers[declared.name] ?? {};
  const isFixed = inputs.every(({ shape }) => shape.slice(1).every((size) => typeof size === 'number'));
  const shape = dims.map((size, axis) => {
    if (axis === 0 && size === rows && takesRows(inputs)) return 'N';
    const said = declared.shape[axis];
    return isFixed || typeof said === 'number' ? size : (said ?? `dim_${axis}`);
  });
  return { name: declared.name, type: declared.type, shape };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').trim();
}
