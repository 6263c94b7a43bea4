import { isBigQuery } from './bigquery/request';
import type { Protocol } from './error-shape';

/** A protocol that is not this package's own. */
export type ForeignProtocol = Exclude<Protocol, 'native'>;

/**
 * Tells by its members whose words a body is in; undefined for this package's own. `instances` is how Vertex AI
 * sends rows and how `predictBatch` takes them, so there it needs something more that only the others say.
 */
export function recognise(body: unknown, target: 'predict' | 'predictBatch'): ForeignProtocol | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  if ('inputs' in body) return isNamedTensors(body.inputs) ? 'oip' : 'tfs';
  if ('calls' in body && isBigQuery(body)) return 'bigquery';
  if (!('instances' in body)) return undefined;
  if ('signature_name' in body) return 'tfs';
  return target === 'predict' || 'parameters' in body ? 'vertex' : undefined;
}

function isNamedTensors(inputs: unknown): boolean {
  const first: unknown = Array.isArray(inputs) ? inputs[0] : undefined;
  return (
    typeof first === 'object' && first !== null && 'name' in first && 'datatype' in first && 'shape' in first
  );
}
