import type { NamedTensors } from './tensor';

/** The data of tensors in memory, in bytes. */
export function memoryOf(tensors: NamedTensors): number {
  let bytes = 0;
  for (const { data } of Object.values(tensors)) {
    bytes += Array.isArray(data) ? data.reduce((sum, text) => sum + textMemory(text), 0) : data.byteLength;
  }
  return bytes;
}

/**
 * V8 keeps a text as a header and one byte for each character, or two for all of them where one is beyond Latin-1,
 * filled up to its alignment; the array points to it. So measured on Node 20 with texts of 8 to 200 characters.
 *
 * @see https://github.com/v8/v8/blob/main/src/objects/string.h
 */
function textMemory(text: string): number {
  const characters = BEYOND_LATIN_1.test(text) ? 2 * text.length : text.length;
  return POINTER_BYTES + HEADER_BYTES + Math.ceil(characters / ALIGNMENT) * ALIGNMENT;
}

const BEYOND_LATIN_1 = /[\u0100-\uffff]/;

const POINTER_BYTES = 8;

/** Map, hash and length. */
const HEADER_BYTES = 16;

const ALIGNMENT = 8;
