import { ServingError } from '../../core/errors';
import { invalidAt } from '../../core/invalid';
import { parseJson } from '../../core/json';
import { describeValue, escapePointer, quote } from '../../core/schema-error';
import { type Form, readMultipart } from './multipart';
import { readTopK } from './top-k';

/** An image that came with the request. */
export interface SentImage {
  readonly bytes: Buffer;
  /** Media type that the caller gave it; absent where none was given. */
  readonly declaredType?: string;
  /** Where it lies in the body (RFC 6901); empty for the body itself and for forms. */
  readonly pointer: string;
}

/** An image that has to be fetched. */
export interface LinkedImage {
  /** As the caller wrote it: nothing about it has been checked. */
  readonly url: string;
  readonly pointer: string;
}

export type ImageSource = SentImage | LinkedImage;

/** The images of a request, in their order, at least one. */
export interface ImageRequest {
  readonly images: readonly ImageSource[];
  /** How many classes to answer with; absent where the body says nothing. */
  readonly topK?: number;
  /** The version, or alias, that a form asks for. */
  readonly version?: string;
}

interface ImageRequestOptions {
  /** The header as it came; empty where there is none. */
  readonly contentType: string;
  /** The most images that one request may hold; 1 for `predict`. */
  readonly maxImages: number;
}

/**
 * Reads the images of a body: a form with `file`, the bytes of one image, or JSON with `image`, `url` or `instances`
 * of them. Whether bytes are an image is not looked at.
 *
 * @throws {ServingError} `validation-failed`, `invalid-request`, `invalid-json`, `payload-too-large`,
 *   `unsupported-media-type`
 */
export async function readImageRequest(
  body: Buffer,
  { contentType, maxImages }: ImageRequestOptions,
): Promise<ImageRequest> {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'multipart/form-data') return readForm(body, contentType, maxImages);
  if (type.startsWith('image/') || type === 'application/octet-stream') return readBare(body, type);
  if (type === '' || /^(application|text)\/([\w.-]+\+)?json$/.test(type))
    return readImageJson(parseJson(body), maxImages);
  const expected = 'multipart/form-data, an image/* type or application/json';
  throw new ServingError('unsupported-media-type', `expected ${expected}, got ${quote(type)}`);
}

function readBare(bytes: Buffer, declaredType: string): ImageRequest {
  if (bytes.length === 0) throw invalidAt('', 'expected the bytes of an image, got an empty body');
  return { images: [{ bytes, declaredType, pointer: '' }] };
}

async function readForm(body: Buffer, contentType: string, maxImages: number): Promise<ImageRequest> {
  const { files, fields } = await readMultipart(body, contentType, maxImages);
  const strange =
    files.find(({ name }) => name !== 'file')?.name ?? fields.find(([name]) => !FORM_FIELDS.has(name))?.[0];
  if (strange !== undefined) {
    const known = 'an image in the field "file", and perhaps "top_k" and "model_version"';
    throw invalidAt('', `expected ${known}, got ${quote(strange)}`);
  }
  if (files.length === 0) throw invalidAt('', 'expected an image in the field "file" of the form, got none');
  const empty = files.findIndex(({ bytes }) => bytes.length === 0);
  if (empty !== -1) throw invalidAt('', `expected an image, got an empty file (number ${empty + 1})`);
  const [topK, version] = ['top_k', 'model_version'].map((name) => onlyField(fields, name));
  // A part without a type of its own is text by default (RFC 7578, section 4.4), which says nothing of a file.
  const images = files.map(({ bytes, type }) =>
    type === 'text/plain' ? { bytes, pointer: '' } : { bytes, declaredType: type, pointer: '' },
  );
  const request = withTopK(images, readTopK(topK, 'the field "top_k"'));
  return version === undefined ? request : { ...request, version };
}

const FORM_FIELDS = new Set(['top_k', 'model_version']);

function onlyField(fields: Form['fields'], name: string): string | undefined {
  const values = fields.filter(([field]) => field === name);
  if (values.length > 1) throw invalidAt('', `expected "${name}" once, got it ${values.length} times`);
  return values[0]?.[1];
}

/**
 * Reads the images of a body that is parsed already: `image`, `url`, or `instances` of them.
 *
 * @throws {ServingError} `validation-failed`, `payload-too-large`
 */
export function readImageJson(value: unknown, maxImages: number): ImageRequest {
  if (!isObject(value)) throw invalidAt('', `expected an object, got ${describeValue(value)}`);
  const { top_k: topK, ...rest } = value;
  const number = readJsonTopK(topK, '/top_k');
  if (!('instances' in rest)) return withTopK([readSource(rest, '')], number);
  const { instances, ...others } = rest;
  refuseOthers(others, '', 'instances');
  return withTopK(readInstances(instances, maxImages, readSource), number);
}

/**
 * Reads the images of a body of Vertex AI: instances as `predictBatch` takes them or `{"b64": "…"}`, and
 * `parameters.top_k`.
 *
 * @returns undefined where the first instance is a tensor.
 * @throws {ServingError} `validation-failed`, `payload-too-large`
 */
export function readVertexImages(body: unknown, maxImages: number): ImageRequest | undefined {
  if (!isObject(body)) return undefined;
  const { instances, parameters } = body;
  const first: unknown = Array.isArray(instances) ? instances[0] : undefined;
  if (!isObject(first) || !('b64' in first || 'url' in first || isObject(first['image']))) return undefined;
  const topK = isObject(parameters) ? parameters['top_k'] : undefined;
  const number = readJsonTopK(topK, '/parameters/top_k');
  return withTopK(readInstances(instances, maxImages, readVertexSource), number);
}

function readVertexSource(value: unknown, pointer: string): ImageSource {
  if (isObject(value) && 'b64' in value) return { bytes: readBase64(value, pointer), pointer };
  return readSource(value, pointer, `${SOURCES}, or {"b64": "..."}`);
}

function readJsonTopK(value: unknown, pointer: string): number | undefined {
  if (typeof value === 'string') throw invalidAt(pointer, `expected a number, got ${describeValue(value)}`);
  return readTopK(value, pointer);
}

function readInstances(
  instances: unknown,
  maxImages: number,
  read: (value: unknown, pointer: string) => ImageSource,
): ImageSource[] {
  if (!Array.isArray(instances) || instances.length === 0) {
    throw invalidAt('/instances', `expected an array of at least one image, got ${describeValue(instances)}`);
  }
  if (instances.length > maxImages) {
    const detail = `expected at most ${maxImages} ${maxImages === 1 ? 'image' : 'images'}, got ${instances.length}`;
    throw new ServingError('payload-too-large', detail, { members: { max_rows: maxImages } });
  }
  return instances.map((instance, index) => read(instance, `/instances/${index}`));
}

const SOURCES = '{"image": {"b64": "..."}} or {"url": "..."}';

function readSource(value: unknown, pointer: string, expected = SOURCES): ImageSource {
  if (!isObject(value)) throw invalidAt(pointer, `expected an object, got ${describeValue(value)}`);
  const { image, url, ...rest } = value;
  if ((image === undefined) === (url === undefined)) {
    throw invalidAt(pointer, `expected ${expected}, got ${image === undefined ? 'neither' : 'both'}`);
  }
  refuseOthers(rest, pointer, image === undefined ? 'url' : 'image');
  if (image !== undefined)
    return { bytes: readBase64(image, `${pointer}/image`), pointer: `${pointer}/image` };
  if (typeof url === 'string') return { url, pointer: `${pointer}/url` };
  throw invalidAt(`${pointer}/url`, `expected a string, got ${describeValue(url)}`);
}

function readBase64(image: unknown, pointer: string): Buffer {
  if (!isObject(image)) throw invalidAt(pointer, `expected {"b64": "..."}, got ${describeValue(image)}`);
  const { b64, ...rest } = image;
  refuseOthers(rest, pointer, 'b64');
  if (typeof b64 !== 'string')
    throw invalidAt(`${pointer}/b64`, `expected a string, got ${describeValue(b64)}`);
  if (b64 === '')
    throw invalidAt(`${pointer}/b64`, 'expected the bytes of an image in base64, got an empty string');
  // Node skips what is not base64, so that text which is not would become some other bytes (RFC 4648, section 3.3).
  if (b64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(b64)) return Buffer.from(b64, 'base64');
  const hint = b64.startsWith('data:') ? 'a data: URL: send what follows its comma' : 'something else';
  throw invalidAt(`${pointer}/b64`, `expected base64 with its padding (RFC 4648, section 4), got ${hint}`);
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseOthers(rest: JsonObject, pointer: string, beside: string): void {
  const [name] = Object.keys(rest);
  if (name === undefined) return;
  throw invalidAt(
    `${pointer}/${escapePointer(name)}`,
    `${quote(name)} is not known here, beside "${beside}"`,
  );
}

function withTopK(images: readonly ImageSource[], topK: number | undefined): ImageRequest {
  return topK === undefined ? { images } : { images, topK };
}
