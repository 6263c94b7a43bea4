import { type FieldError, hasCode, type ServingError } from '../../core/errors';
import type { TabularManifest } from '../../core/manifest';
import type { NamedTensors } from '../../core/tensor';
import { type InputRow, isBad, type ReadRow, type RowSource } from '../../protocol/lines/input-rows';
import type { ScoredBatch } from '../../protocol/lines/row-answers';
import { type Predictions, readPredictions } from '../../protocol/native/answer';
import type { Models } from '../models/models';
import type { ServedModel } from '../models/served-model';
import { tabularOf } from '../request-model';
import { type StepSums, timed } from '../step-sums';

/** A model of rows, held for work of many runs. */
export interface RowScorer {
  readonly manifest: TabularManifest;
  /** Tensors of the rows, or undefined if any of them does not fit the model. */
  decode(rows: readonly unknown[]): NamedTensors | undefined;
  /** What is wrong with rows that were not decoded. */
  explain(rows: readonly unknown[], pointerOf: (row: number) => string): Promise<FieldError[]>;
  /** @throws {ServingError} `inference-failed` */
  run(inputs: NamedTensors, rows: number): Promise<NamedTensors>;
  /** Lets go of the model; it must not be run afterwards. */
  release(): void;
}

/**
 * Holds a model for scoring rows.
 *
 * @throws {ServingError} `validation-failed` for a model that takes no rows.
 */
export function holdRowScorer(served: ServedModel, sums?: StepSums): RowScorer {
  const { manifest, decoder, reporter, run } = tabularOf(served);
  const options = { isPatient: true, onFailedRun: sums?.onFailedRun };
  return {
    manifest,
    decode: (rows) => timed(sums, 'validateMs', () => decoder.decode(rows)),
    explain: async (rows, pointerOf) => (await reporter()).report(rows, pointerOf),
    async run(inputs, rows) {
      const done = await run(inputs, rows, options);
      sums?.addRun(done);
      return done.outputs;
    },
    release: served.hold(),
  };
}

/** Loads the usual model if need be, and holds it. @throws {ServingError} as `Models.get` and `holdRowScorer` */
export async function openRowScorer(models: Models, sums?: StepSums): Promise<RowScorer> {
  const isLoaded = models.peek() !== undefined;
  const served = isLoaded || !sums ? await models.get() : await sums.timeAsync('loadMs', () => models.get());
  return holdRowScorer(served, sums);
}

/** Enough rows that what a run costs besides them does not show, and few enough that nobody waits long: it cannot be cut. */
const MAX_ROWS = 1024;

/**
 * Scores rows in order, one batch at a time: the next is read when this one has been taken, so memory does not grow
 * with their number. A row that cannot be read, does not fit, or makes the model fail is given back as such.
 *
 * @throws {ServingError} `inference-failed` when the model fails on every row of the beginning.
 */
export async function* scoreBatches(scorer: RowScorer, source: RowSource): AsyncGenerator<ScoredBatch> {
  let hasScored = false;
  for await (const rows of source.batches) {
    for (let start = 0; start < rows.length; start += MAX_ROWS) {
      const batch = await scoreBatch(scorer, source, rows.slice(start, start + MAX_ROWS), hasScored);
      hasScored ||= batch.predictions !== undefined;
      yield batch;
    }
  }
}

async function scoreBatch(
  scorer: RowScorer,
  source: RowSource,
  rows: readonly InputRow[],
  mayFail: boolean,
): Promise<ScoredBatch> {
  const checked = await checkRows(scorer, source, rows);
  try {
    return await runRows(scorer, checked);
  } catch (error) {
    if (!hasCode(error, 'inference-failed')) throw error;
    return runRows(scorer, decodeGood(scorer, await findFailing(scorer, checked.rows, { error, mayFail })));
  }
}

/** Rows of which all that are not bad fit the model. */
interface CheckedRows {
  readonly rows: readonly InputRow[];
  /** The tensors of the good ones; undefined where they do not fit after all. */
  readonly inputs: NamedTensors | undefined;
}

/** Finds the rows that the decoder refuses, and what is wrong with them. */
async function checkRows(
  scorer: RowScorer,
  source: RowSource,
  rows: readonly InputRow[],
): Promise<CheckedRows> {
  const checked = decodeGood(scorer, rows);
  if (checked.inputs !== undefined) return checked;
  return decodeGood(scorer, await Promise.all(rows.map((row) => checkRow(scorer, source, row))));
}

function decodeGood(scorer: RowScorer, rows: readonly InputRow[]): CheckedRows {
  return { rows, inputs: scorer.decode(goodOf(rows).map(({ row }) => row)) };
}

function goodOf(rows: readonly InputRow[]): ReadRow[] {
  return rows.filter((row): row is ReadRow => !isBad(row));
}

async function checkRow(scorer: RowScorer, source: RowSource, read: InputRow): Promise<InputRow> {
  if (isBad(read) || scorer.decode([read.row]) !== undefined) return read;
  const { line, text, row, kept } = read;
  return { line, text, kept, defects: await scorer.explain([source.toReported(row)], () => '') };
}

/** Runs the good rows together. */
async function runRows(scorer: RowScorer, { rows, inputs }: CheckedRows): Promise<ScoredBatch> {
  let good = 0;
  const scored = rows.map((each) =>
    isBad(each) ? each : { line: each.line, kept: each.kept, index: good++, row: each.row },
  );
  if (good === 0) return { rows: scored };
  const predictions = await predict(scorer, inputs, good);
  return { rows: scored, predictions, ...(inputs && { inputs }) };
}

async function predict(
  scorer: RowScorer,
  inputs: NamedTensors | undefined,
  rows: number,
): Promise<Predictions> {
  if (inputs === undefined) throw new TypeError('rows that had been decoded were refused');
  return readPredictions(scorer.manifest, await scorer.run(inputs, rows), rows);
}

/** Runs rows one by one to find those that the model fails on; it is the model that fails if those are all, so far. */
async function findFailing(
  scorer: RowScorer,
  rows: readonly InputRow[],
  { error, mayFail }: { error: ServingError; mayFail: boolean },
): Promise<readonly InputRow[]> {
  const found: InputRow[] = [];
  for (const row of rows) found.push(isBad(row) ? row : await tryRow(scorer, row));
  if (!mayFail && found.every(isBad)) throw error;
  return found;
}

async function tryRow(scorer: RowScorer, read: ReadRow): Promise<InputRow> {
  try {
    await predict(scorer, scorer.decode([read.row]), 1);
    return read;
  } catch (error) {
    if (!hasCode(error, 'inference-failed')) throw error;
    const { line, text, kept } = read;
    return { line, text, kept, defects: [{ pointer: '', detail: error.message }] };
  }
}
