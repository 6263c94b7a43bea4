import { ServingError } from '../../core/errors';
import type { HttpResponse } from '../../core/http';
import type { TabularManifest } from '../../core/manifest';
import { encodeTfs } from '../../protocol/tfs/answer';
import { outputsOf, readVertex, toInputs, type VertexRequest } from '../../protocol/vertex';
import { answerText } from '../answer';
import type { Exchange } from '../exchange';
import { type InferenceParts, runTensors, scoreRows } from '../inference';
import type { TabularModel } from '../models/served-model';
import { notePredictions } from '../prediction-notes';
import { loadFor } from '../request-model';
import { orderedOutputs } from './tfs';

/**
 * Answers a prediction call of Vertex AI. A model of rows answers each instance as `predictBatch` does, unless
 * `parameters.outputs` asks for tensors; a model of tensors answers as TensorFlow Serving does.
 *
 * @throws {ServingError} `payload-too-large` for more instances than a batch may have
 */
export async function answerVertex(
  parts: InferenceParts,
  exchange: Exchange,
  body: unknown,
): Promise<HttpResponse> {
  const request = readVertex(body);
  checkRows(request.instances.length, parts.config.limits.rows);
  const { version } = request;
  const served = await loadFor(parts, exchange, version === undefined ? {} : { version });
  const { tabular, image, signature } = served;
  if (tabular !== undefined && request.outputs === undefined) {
    return answerRows(parts, exchange, tabular, request);
  }
  if (image !== undefined) {
    const { predictInstances } = await import('../images/predict-image');
    const answer = await predictInstances(parts, exchange, { served, model: image }, body);
    if (answer !== undefined) return answer;
  }
  const names = outputsOf(request, signature);
  const outputs = await runTensors(parts, exchange, served, toInputs(request, signature));
  const chosen = names.map((name) => ({ name }));
  return answerText(encodeTfs('row', orderedOutputs(chosen, outputs)));
}

async function answerRows(
  parts: InferenceParts,
  exchange: Exchange,
  tabular: TabularModel,
  { instances }: VertexRequest,
): Promise<HttpResponse> {
  const rows = instances.map((instance) => unwrap(tabular.manifest, instance));
  const request = { rows, pointerOf: (row: number) => `/instances/${row}` };
  const { predictions } = await scoreRows(parts, exchange, tabular, request);
  notePredictions(exchange, tabular, predictions);
  const written = rows.map((_, row) => `${predictions.writeRow(row)}}`);
  return answerText(`{"predictions":[${written.join(',')}]}`);
}

/** An instance may name the one input of the model instead of its features: `{"X": [5.1, …]}`. */
function unwrap({ signature, features }: TabularManifest, instance: unknown): unknown {
  const [input, ...others] = signature.inputs;
  if (input === undefined || others.length > 0) return instance;
  if (typeof instance !== 'object' || instance === null || Array.isArray(instance)) return instance;
  const isFeature = features.some(({ name }) => name === input.name);
  const isNamed = !isFeature && Object.keys(instance).join() === input.name;
  return isNamed ? (instance as Record<string, unknown>)[input.name] : instance;
}

function checkRows(rows: number, maxRows: number): void {
  if (rows <= maxRows) return;
  throw new ServingError('payload-too-large', `expected at most ${maxRows} instances, got ${rows}`, {
    members: { max_rows: maxRows },
  });
}
