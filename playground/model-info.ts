import type { ImageSpec } from '../shared/core/image-spec';
import type { Feature, TabularManifest } from '../shared/core/manifest';
import type { Signature } from '../shared/core/signature';
import type { DataType } from '../shared/core/tensor';
import { keyHeaders } from './api-key';
import { readTiming } from './timing';

/** What `GET model-info` says of the model, as far as this page shows it. */
export interface ModelInfo {
  readonly name: string;
  readonly version: string;
  readonly task?: string;
  readonly description?: string;
  /** Absent, or empty, for a model that takes tensors rather than rows of features. */
  readonly features?: readonly Feature[];
  readonly classes?: readonly string[];
  /** How an image model wants its images; absent for every other model. */
  readonly image?: ImageSpec;
  /** How many classes an image model answers with, unless the call says. */
  readonly top_k?: number;
  readonly signature?: Signature;
  readonly training?: TabularManifest['training'];
  readonly versions?: readonly string[];
  readonly bigquery?: { readonly create_function?: string };
}

/** The model, and whether an instance had to start to name it. */
export interface Loaded {
  readonly info: ModelInfo;
  readonly isCold: boolean;
}

/** The service wants to know who asks. */
export class KeyNeeded extends Error {
  override readonly name = 'KeyNeeded';
}

/**
 * Asks the service for its model.
 *
 * @throws {KeyNeeded} where it is not told who asks.
 * @throws {Error} in words for the reader, when the service does not answer as it should.
 */
export async function loadModelInfo(): Promise<Loaded> {
  const headers = { accept: 'application/json', ...keyHeaders() };
  const answer = await fetch('./model-info', { headers }).catch(() => {
    throw new Error('The service did not answer. It may be starting, or the network may be down.');
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && isObject(body)) {
    const { isCold } = readTiming(answer.headers.get('server-timing'), 0);
    // Our own service wrote it.
    return { info: body as unknown as ModelInfo, isCold };
  }
  if (answer.status === 401) throw new KeyNeeded(isObject(body) ? String(body['detail']) : 'expected a key');
  const detail = isObject(body) && typeof body['detail'] === 'string' ? `: ${body['detail']}` : '';
  throw new Error(`The service answered ${answer.status} when asked for its model${detail}.`);
}

/** Says whether a model takes rows of features, and not tensors. */
export function isTabular({ features = [] }: ModelInfo): boolean {
  return features.length > 0;
}

/** Says whether a value from JSON is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Element type of the tensor that a feature goes into. */
export function typeOf({ signature }: ModelInfo, { name }: Feature): DataType {
  const inputs = signature?.inputs ?? [];
  const spec = inputs.length === 1 ? inputs[0] : inputs.find((input) => input.name === name);
  return spec?.type ?? 'float32';
}
