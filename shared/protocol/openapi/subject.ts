import { exampleFeatures, isTabular, type Manifest } from '../../core/manifest';
import { createRowDecoder } from '../../core/rows';
import type { Signature } from '../../core/signature';
import { allocateData, type NamedTensors, type Tensor } from '../../core/tensor';
import { countElements, writeFlat, writeNested, writeNestedRow } from '../../core/tensor-json';

/** What an API is described from. */
export interface ApiSubject {
  /** The model that is served where a request names none. */
  readonly manifest: Manifest;
  readonly signature: Signature;
  /** The version of this package. */
  readonly version: string;
  /** The statement that makes a SQL function of the model. */
  readonly createFunction?: string;
  /** What callers show for themselves; where this service asks nobody, Google Cloud may. */
  readonly access?: ApiAccess;
  /** The routes that Vertex AI calls, where it runs the container. */
  readonly vertex?: { readonly healthRoute: string; readonly predictRoute: string };
}

/** What callers show for themselves, and where they need not. */
export interface ApiAccess {
  readonly keys: boolean;
  readonly tokens: boolean;
  /** Paths, or templates, where nobody needs to; or where it depends on the request. All others are shut. */
  readonly open: ReadonlyMap<string, 'always' | 'sometimes'>;
}

/** Most elements of an example: an image of zeros tells nobody anything. */
const MAX_ELEMENTS = 1024;

/**
 * Input tensors of one row that the model takes: the example of its manifest, or zeros.
 *
 * @returns undefined where they would be too large to show.
 */
export function exampleTensors({ manifest, signature }: ApiSubject): NamedTensors | undefined {
  if (isTabular(manifest)) return createRowDecoder(manifest).decode([exampleFeatures(manifest)]);
  const tensors = signature.inputs.map(({ name, type, shape }): [string, Tensor] => {
    const dims = shape.map((size) => (typeof size === 'number' ? size : 1));
    const data = allocateData(type, Math.min(countElements(dims), MAX_ELEMENTS + 1));
    if (Array.isArray(data)) data.fill('');
    return [name, { type, dims, data } as Tensor];
  });
  return tensors.some(([, { data }]) => data.length > MAX_ELEMENTS) ? undefined : Object.fromEntries(tensors);
}

/** The elements of a tensor as a flat list of JSON values. */
export function flatValues(tensor: Tensor): unknown {
  return JSON.parse(writeFlat(tensor));
}

/** The elements of a tensor as nested lists of JSON values. */
export function nestedValues(tensor: Tensor): unknown {
  return JSON.parse(writeNested(tensor));
}

/** The first row of a tensor, without axis 0, as nested lists of JSON values. */
export function firstRow(tensor: Tensor): unknown {
  return JSON.parse(writeNestedRow(tensor, 0));
}
