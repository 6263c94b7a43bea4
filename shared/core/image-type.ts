/** The kinds of image that are decoded. */
export type ImageType = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff';

/** What each kind is called in messages. */
export const IMAGE_TYPE_NAMES: Readonly<Record<ImageType, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  tiff: 'TIFF',
};

/** Media types that clients send each kind with, beside the registered ones. */
const ALIASES: ReadonlyMap<string, ImageType> = new Map([
  ['image/jpg', 'jpeg'],
  ['image/pjpeg', 'jpeg'],
  ['image/apng', 'png'],
  ['image/x-png', 'png'],
  ['image/tif', 'tiff'],
  ['image/avif-sequence', 'avif'],
]);

/** Media types that say nothing about what the bytes are. */
const UNSPECIFIC: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'image/*']);

/** Tells the kind of an image by its first bytes; undefined where they are of no kind that is decoded. */
export function sniffImage(bytes: Uint8Array): ImageType | undefined {
  const start = hex(bytes, 12);
  const known = MAGIC.find(([pattern]) => pattern.test(start));
  if (known !== undefined) return known[1];
  return brands(bytes).some((brand) => /^avi[fs]$/.test(brand)) ? 'avif' : undefined;
}

/** Names in a few words what bytes are that are no image, or none that is decoded. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes';
  const start = hex(bytes, 12);
  const binary = OTHERS.find(([pattern]) => pattern.test(start));
  if (binary !== undefined) return binary[1];
  const text = latin1(bytes, 0, 512)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  const known = TEXTS.find(([pattern]) => pattern.test(text));
  return known === undefined ? `bytes that start with ${hex(bytes, 8)}` : known[1];
}

/**
 * The kind that a media type says an image is.
 *
 * @returns undefined where it says nothing; a media type of no such kind as it is.
 */
export function declaredImage(mediaType: string): ImageType | string | undefined {
  const type = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (UNSPECIFIC.has(type)) return undefined;
  const name = type.replace(/^image\//, '');
  return ALIASES.get(type) ?? (type !== name && name in IMAGE_TYPE_NAMES ? name : type);
}

/** First bytes in hexadecimal. */
const MAGIC: readonly (readonly [RegExp, ImageType])[] = [
  [/^ffd8ff/, 'jpeg'],
  [/^89504e470d0a1a0a/, 'png'],
  [/^47494638(37|39)61/, 'gif'],
  [/^52494646.{8}57454250/, 'webp'],
  // The classic number and that of BigTIFF, in both byte orders.
  [/^(49492[ab]00|4d4d002[ab])/, 'tiff'],
];

const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^25504446/, 'a PDF'],
  [/^424d/, 'a BMP image'],
  [/^.{8}66747970(686569|686576|6d6966|6d7366)/, 'a HEIC image'],
  [/^.{8}66747970/, 'a video'],
  [/^(ff0a|0000000c4a584c20)/, 'a JPEG XL image'],
  [/^0000000c6a502020/, 'a JPEG 2000 image'],
  [/^00000100/, 'a Windows icon'],
  [/^504b0304/, 'a ZIP archive'],
  [/^1f8b/, 'gzip data'],
];

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^(<\?xml[^>]*>\s*)?(<!--[^>]*>\s*)?<svg[\s>]/, 'an SVG drawing'],
  [/^<(!doctype html|html)/i, 'an HTML page'],
  [/^[{[]/, 'JSON'],
];

/** The brands of an ISO base media file (ISO/IEC 14496-12, section 4.3), the major one first; none in others. */
function brands(bytes: Uint8Array): string[] {
  if (bytes.length < 16 || latin1(bytes, 4, 8) !== 'ftyp') return [];
  const end = Math.min(Number.parseInt(hex(bytes, 4), 16), 256);
  const text = latin1(bytes, 8, end);
  // The four bytes after the major brand are its version.
  return [text.slice(0, 4), ...(text.slice(8).match(/.{4}/gs) ?? [])];
}

function hex(bytes: Uint8Array, length: number): string {
  return bufferOf(bytes).toString('hex', 0, length);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return bufferOf(bytes).toString('latin1', start, end);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
