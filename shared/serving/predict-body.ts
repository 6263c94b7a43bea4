import { hasCode } from '../core/errors';
import { header } from '../core/http';
import { sniffImage } from '../core/image-type';
import { invalidAt } from '../core/invalid';
import { parseJson } from '../core/json';
import { describeValue } from '../core/schema-error';
import { parseTensorJson } from '../core/tensor-body';
import { type ForeignProtocol, recognise } from '../protocol/recognise';
import type { Exchange } from './exchange';
import { checkJsonType, mediaType } from './json-body';
import type { ModelRef } from './models/model-choice';

/** A body in the words of another protocol. */
export interface Foreign {
  readonly protocol: ForeignProtocol;
  readonly bytes: Buffer;
  /** What was parsed to tell the protocol; absent for a body that is not JSON alone. */
  readonly value?: unknown;
}

/** A body in this package's own words. */
export interface Json {
  readonly value: unknown;
}

/** A body that is an image or a form with some: read by whoever takes that. */
export interface Picture {
  readonly contentType: string;
  readonly read: () => Promise<Buffer>;
  /** What is thrown where the model does not take it. */
  readonly refusal: unknown;
}

type PredictTarget = Parameters<typeof recognise>[1];

/**
 * Reads a body and tells whose words it is in.
 *
 * @throws {ServingError} `unsupported-media-type`, `invalid-json`, `invalid-encoding`, and what reading throws
 */
export async function readBody(
  { request }: Exchange,
  target: PredictTarget,
): Promise<Foreign | Json | Picture> {
  if (header(request, 'inference-header-content-length') !== undefined) {
    return { protocol: 'oip', bytes: await request.body() };
  }
  try {
    checkJsonType(request);
  } catch (refusal) {
    if (!PICTURE_TYPE.test(mediaType(request))) throw refusal;
    const contentType = header(request, 'content-type') ?? '';
    return { contentType, read: () => request.body(), refusal };
  }
  const bytes = await request.body();
  try {
    const value = parseJson(bytes);
    const protocol = recognise(value, target);
    return protocol === undefined ? { value } : { protocol, bytes, value };
  } catch (error) {
    return readOther(bytes, target, error);
  }
}

/**
 * The JSON of a body.
 *
 * @throws {ServingError} for one that is an image
 */
export function jsonOf(body: Json | Picture): unknown {
  if ('value' in body) return body.value;
  throw body.refusal;
}

/**
 * The version, or alias, that a body asks for. It is taken out: what is left is the input.
 *
 * @throws {ServingError} `validation-failed` for one that is no text
 */
export function takeVersion(body: Json | Picture): ModelRef {
  if (!('value' in body)) return {};
  const { value } = body;
  if (typeof value !== 'object' || value === null || !(VERSION in value)) return {};
  const { [VERSION]: version } = value;
  if (typeof version !== 'string') {
    throw invalidAt(`/${VERSION}`, `expected a version or an alias, got ${describeValue(version)}`);
  }
  delete (value as { [VERSION]?: unknown })[VERSION];
  return { version };
}

const VERSION = 'model_version';

const PICTURE_TYPE = /^(multipart\/form-data$|image\/)/;

/** What is not JSON may be an image, or have numbers that the other protocols have and JSON has not. */
function readOther(bytes: Buffer, target: PredictTarget, refusal: unknown): Foreign | Picture {
  // `curl --data-binary` calls an image a form, and many clients call it an octet stream.
  if (sniffImage(bytes) !== undefined) {
    return { contentType: 'application/octet-stream', read: async () => bytes, refusal };
  }
  if (!hasCode(refusal, 'invalid-json')) throw refusal;
  let value: unknown;
  try {
    value = parseTensorJson(bytes);
  } catch {
    throw refusal;
  }
  const protocol = recognise(value, target);
  if (protocol === undefined) throw refusal;
  return { protocol, bytes, value };
}
