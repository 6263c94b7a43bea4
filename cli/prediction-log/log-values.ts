import { readLines } from '../../shared/protocol/lines/text-lines';
import { gunzipIfNeeded, startWith } from '../../shared/serving/scoring/gunzip';

/** The JSON values of a file, as many at a time as came together, and how many of its lines are none. */
export interface ReadValues {
  readonly values: readonly unknown[];
  readonly unreadable: number;
}

/**
 * Reads the JSON values of a file, plain or gzip: one on each line, or the elements of one array, as `bq` and `gcloud`
 * print. Memory is bounded by the longest of them.
 *
 * @throws {ServingError} `invalid-encoding` for gzip that is broken
 * @throws {Error} for an array that is broken: nothing after that can be read
 */
export async function* readLogValues(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadValues> {
  const plain = gunzipIfNeeded(bytes)[Symbol.asyncIterator]();
  const first = await plain.next();
  if (first.done === true) return;
  const whole = startWith(first.value, plain);
  yield* beginsArray(first.value) ? readArray(whole) : readValuesOfLines(whole);
}

/** Whether the first of the bytes that is no white space and no byte order mark is a bracket. */
function beginsArray(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('utf8');
  return head
    .replace(/^\ufeff/, '')
    .trimStart()
    .startsWith('[');
}

async function* readValuesOfLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadValues> {
  for await (const lines of readLines(bytes)) {
    const values: unknown[] = [];
    let unreadable = 0;
    for (const { text, defect } of lines) {
      if (text.trim() === '') continue;
      const value = defect === undefined ? parse(text) : undefined;
      if (value === undefined) unreadable++;
      else values.push(value);
    }
    yield { values, unreadable };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* readArray(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadValues> {
  const { JSONParser } = await import('@streamparser/json');
  let values: unknown[] = [];
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  parser.onValue = ({ value }) => void values.push(value);
  for await (const chunk of bytes) {
    parser.write(chunk);
    yield { values, unreadable: 0 };
    values = [];
  }
  if (!parser.isEnded) throw new Error('the array ends too early');
}
