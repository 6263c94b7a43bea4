import type { HttpResponse } from '../../core/http';
import {
  outputReplies,
  predictionReplies,
  type Returns,
  returnsOf,
  type WriteReply,
  writeReplies,
} from '../../protocol/bigquery/answer';
import { type BigQueryRequest, readBigQuery, toRows } from '../../protocol/bigquery/request';
import { toTensor } from '../../protocol/bigquery/tensor';
import { answerText } from '../answer';
import type { Exchange } from '../exchange';
import { type InferenceParts, runTensors, scoreRows } from '../inference';
import type { ModelRef } from '../models/model-choice';
import type { ServedModel, TabularModel } from '../models/served-model';
import { notePredictions } from '../prediction-notes';
import { loadFor } from '../request-model';
import { orderedOutputs } from './tfs';

/**
 * Answers a call of a BigQuery remote function: one reply for each call, in order, NULL for a row with a NULL.
 * `user_defined_context` chooses `model` and `version`, and what the function `returns`.
 */
export async function answerBigQuery(
  parts: InferenceParts,
  exchange: Exchange,
  body: unknown,
): Promise<HttpResponse> {
  const request = readBigQuery(body, parts.config.limits.rows);
  const returns = returnsOf(request);
  const served = await loadFor(parts, exchange, refOf(request));
  const { callOf, writeReply } =
    served.tabular === undefined
      ? await scoreTensors(parts, exchange, served, { request, returns })
      : await scoreCalls(parts, exchange, served.tabular, { request, returns });
  return answerText(writeReplies(request.calls.length, callOf, writeReply));
}

interface Asked {
  readonly request: BigQueryRequest;
  readonly returns: Returns;
}

/** The calls that have a reply, and how it is written. */
interface Replies {
  readonly callOf: readonly number[];
  readonly writeReply: WriteReply;
}

const NO_REPLIES: Replies = { callOf: [], writeReply: () => 'null' };

async function scoreCalls(
  parts: InferenceParts,
  exchange: Exchange,
  tabular: TabularModel,
  { request, returns }: Asked,
): Promise<Replies> {
  const rows = toRows(tabular.manifest, request.calls);
  if (rows.callOf.length === 0) return NO_REPLIES;
  const { predictions } = await scoreRows(parts, exchange, tabular, rows);
  notePredictions(exchange, tabular, predictions);
  return {
    callOf: rows.callOf,
    writeReply: predictionReplies(tabular.manifest, predictions, returns),
  };
}

async function scoreTensors(
  parts: InferenceParts,
  exchange: Exchange,
  served: ServedModel,
  { request, returns }: Asked,
): Promise<Replies> {
  const { inputs, callOf } = toTensor(served.signature, request.calls);
  if (callOf.length === 0) return NO_REPLIES;
  const outputs = orderedOutputs(served.signature.outputs, await runTensors(parts, exchange, served, inputs));
  return { callOf, writeReply: outputReplies(outputs, callOf.length, { returns }) };
}

function refOf({ context: { model, version } }: BigQueryRequest): ModelRef {
  return { ...(model !== undefined && { name: model }), ...(version !== undefined && { version }) };
}
