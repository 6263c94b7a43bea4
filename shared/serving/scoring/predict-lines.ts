import type { Admission } from '../../access/admission';
import { type FieldError, ServingError } from '../../core/errors';
import type { HttpResponse } from '../../core/http';
import { MAX_REPORTED } from '../../core/rows';
import { type BadRow, isBad, type RowSource } from '../../protocol/lines/input-rows';
import type { RowAnswers, ScoredBatch } from '../../protocol/lines/row-answers';
import type { Exchange } from '../exchange';
import type { InferenceParts } from '../inference';
import { loadFor } from '../request-model';
import { createStepSums, type StepSums, timed, timedPieces } from '../step-sums';
import { openRows, type RowFormat } from './row-format';
import { createRowsTally, type RowsTally } from './rows-tally';
import { holdRowScorer, type RowScorer, scoreBatches } from './score-rows';

/** Formats that `predictBatch` answers line by line. */
export type LinesFormat = RowFormat;

/**
 * Answers rows in CSV or newline-delimited JSON in kind, while they still come, in memory that does not grow with them.
 * A bad row is answered with what is wrong with it, and does not end the answer.
 *
 * @throws {ServingError} `validation-failed` as long as nothing is sent: for a header that does not fit, for rows of
 *   which none that came first does, and for none at all. Later the iteration of the body throws.
 */
export async function predictLines(
  parts: InferenceParts,
  exchange: Exchange,
  format: LinesFormat,
): Promise<HttpResponse> {
  const served = await loadFor(parts, exchange);
  const sums = exchange.steps && createStepSums(exchange.steps, parts.now);
  const scorer = holdRowScorer(served, sums);
  try {
    const { manifest } = scorer;
    const { rows, answers } = await openRows(format, withoutEnd(exchange.request.stream()), {
      manifest,
      tellsDefects: true,
    });
    const received = { ...rows, batches: timedPieces(sums, 'receive', rows.batches) };
    const batches = scoreBatches(scorer, slowedDown(received, exchange));
    const { value: first } = await batches.next();
    checkFirst(first);
    const tally = createRowsTally(manifest, parts.config.log.predictions);
    noteTally(exchange, tally);
    const body = toBody(answers, { first, batches, exchange, scorer, tally, sums });
    // Begun, so that it ends well even if the caller has left and nobody asks for the first piece.
    await body.next();
    return { status: 200, headers: { 'content-type': answers.contentType }, body };
  } catch (error) {
    scorer.release();
    throw error;
  }
}

/** Rows as fast as their caller may have them: a file is slowed down to its rate, and not cut. */
function slowedDown(rows: RowSource, { admission, request }: Exchange): RowSource {
  if (admission === undefined) return rows;
  async function* paid(spend: Admission['spendSlowly']) {
    for await (const batch of rows.batches) {
      await spend(batch.length, () => request.hasLeft());
      yield batch;
    }
  }
  return { ...rows, batches: paid(admission.spendSlowly) };
}

/**
 * A body that cannot be left early: that would close its connection, and the answer that says why would never arrive.
 * What is not read is for the host to throw away.
 */
function withoutEnd(body: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]() {
      const pieces = body[Symbol.asyncIterator]();
      return { next: () => pieces.next() };
    },
  };
}

function checkFirst(batch: ScoredBatch | undefined): asserts batch is ScoredBatch {
  if (batch === undefined) throw new ServingError('validation-failed', 'expected at least one row, got none');
  if (batch.predictions !== undefined) return;
  const errors = batch.rows.filter(isBad).flatMap(toErrors).slice(0, MAX_REPORTED);
  const count = batch.rows.length;
  const detail =
    count === 1 ? `${errors[0]?.detail}` : `none of the first ${count} rows fits; ${errors[0]?.detail}`;
  throw new ServingError('validation-failed', detail, { errors });
}

function toErrors({ line, defects }: BadRow): FieldError[] {
  return defects.map(({ pointer, detail }) => ({ pointer, detail: `line ${line}: ${detail}` }));
}

interface BodyParts {
  readonly first: ScoredBatch;
  readonly batches: AsyncGenerator<ScoredBatch>;
  readonly exchange: Exchange;
  readonly scorer: RowScorer;
  readonly tally: RowsTally;
  readonly sums: StepSums | undefined;
}

async function* toBody(
  answers: RowAnswers,
  { first, batches, exchange, scorer, tally, sums }: BodyParts,
): AsyncGenerator<string> {
  try {
    const write = (batch: ScoredBatch): string => {
      tally.add(batch);
      exchange.rows = tally.rows;
      return timed(sums, 'encode', () => answers.write(batch));
    };
    yield '';
    yield answers.head + write(first);
    for await (const batch of batches) yield write(batch);
  } catch (error) {
    // The status is sent already; the log at least is to say what cut the answer short.
    exchange.error = error;
    throw error;
  } finally {
    scorer.release();
  }
}

/** The log and the metrics are told of the rows as far as they came. */
function noteTally(exchange: Exchange, tally: RowsTally): void {
  exchange.tally = tally;
  exchange.rows = tally.rows;
  if (tally.classes === undefined) return;
  exchange.classes = tally.classes;
  exchange.prediction = tally.classes;
}
