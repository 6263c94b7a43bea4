import type { BusboyInstance } from '@fastify/busboy';
import { ServingError } from '../../core/errors';
import { quote } from '../../core/schema-error';

/** A file of a form. */
export interface FormFile {
  /** Name of the form field. */
  readonly name: string;
  readonly bytes: Buffer;
  /** Media type that the part gives, in lower case; `text/plain` where it gives none. */
  readonly type: string;
}

/** A form as it was sent; a field that was sent twice is there twice. */
export interface Form {
  readonly files: readonly FormFile[];
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Fields that are not files are numbers and addresses. */
const MAX_FIELDS = 16;
const MAX_FIELD_BYTES = 8192;

/**
 * Parses a `multipart/form-data` body (RFC 7578). The body is in memory already, so its size is not limited again.
 *
 * @param contentType the header, with its boundary.
 * @param maxFiles the most files that are taken.
 * @throws {ServingError} `invalid-request` for a form that is malformed or cut off, `payload-too-large` for too many
 *   parts.
 */
export async function readMultipart(body: Buffer, contentType: string, maxFiles: number): Promise<Form> {
  const { Busboy } = await import('@fastify/busboy');
  let parser: BusboyInstance;
  try {
    const limits = { files: maxFiles, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES };
    parser = new Busboy({ headers: { 'content-type': contentType }, limits, isPartAFile });
  } catch (cause) {
    throw malformed(cause);
  }
  return collect(parser, body, maxFiles);
}

function isPartAFile(
  _name: string | undefined,
  type: string | undefined,
  filename: string | undefined,
): boolean {
  return filename !== undefined || type === 'application/octet-stream' || type?.startsWith('image/') === true;
}

function collect(parser: BusboyInstance, body: Buffer, maxFiles: number): Promise<Form> {
  const files: FormFile[] = [];
  const fields: [string, string][] = [];
  return new Promise((resolve, reject) => {
    parser.on('file', (name, stream, _filename, _encoding, type) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => files.push({ name, bytes: Buffer.concat(chunks), type: type.toLowerCase() }));
      // A body that is cut off fails here and in the parser, which says it.
      stream.on('error', () => {});
    });
    parser.on('field', (name, value, _nameTruncated, isTruncated) => {
      if (isTruncated) reject(tooMany(`expected at most ${MAX_FIELD_BYTES} bytes in field ${quote(name)}`));
      fields.push([name, value]);
    });
    parser.on('filesLimit', () =>
      reject(tooMany(`expected at most ${maxFiles} ${maxFiles === 1 ? 'file' : 'files'}`)),
    );
    parser.on('fieldsLimit', () => reject(tooMany(`expected at most ${MAX_FIELDS} fields beside the files`)));
    parser.on('error', (cause) => reject(malformed(cause)));
    parser.on('finish', () => resolve({ files, fields }));
    parser.end(body);
  });
}

function tooMany(detail: string): ServingError {
  return new ServingError('payload-too-large', `${detail}, got more`);
}

function malformed(cause: unknown): ServingError {
  const reason = cause instanceof Error ? cause.message : 'it cannot be read';
  return new ServingError('invalid-request', `the body is not a form: ${reason}`, { cause });
}
