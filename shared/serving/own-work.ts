import type { Admission } from '../access/admission';
import type { Work } from '../access/overload';
import { type HttpResponse, isStreamed, readOtherwise } from '../core/http';
import type { Exchange } from './exchange';

/**
 * Has a request that is read and answered piece by piece count as work only while it is: not while its caller sends,
 * reads, or waits for rows of its rate. Whoever did any of these slowly would else keep all others out, for as long as
 * they like.
 */
export function countOwnWork(exchange: Exchange, admission: Admission, work: Work): void {
  const { request } = exchange;
  // Whole bodies count while they come: they take memory, and have to be there in seconds.
  exchange.request = readOtherwise(request, { stream: () => restBetween(request.stream(), work) });
  exchange.admission = {
    ...admission,
    spendSlowly: (rows, hasLeft) => resting(work, () => admission.spendSlowly(rows, hasLeft)),
  };
}

/** The same answer, which ends the work once all of it is sent, and rests while the caller reads. */
export function endWithAnswer(response: HttpResponse, work: Work): HttpResponse {
  const { body } = response;
  if (!isStreamed(body)) {
    work.end();
    return response;
  }
  // At rest until the first piece is asked for, if ever it is.
  work.rest();
  return { ...response, body: endWithLast(body, work) };
}

async function resting<T>(work: Work, wait: () => Promise<T>): Promise<T> {
  work.rest();
  try {
    return await wait();
  } finally {
    work.resume();
  }
}

function restBetween<T>(pieces: AsyncIterable<T>, work: Work): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = pieces[Symbol.asyncIterator]();
      return {
        next: () => resting(work, () => iterator.next()),
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Not a generator: one that is closed before its first piece was asked for would not know that it was. */
function endWithLast<T>(pieces: AsyncIterable<T>, work: Work): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = pieces[Symbol.asyncIterator]();
      return {
        async next() {
          work.resume();
          try {
            const result = await iterator.next();
            if (result.done === true) work.end();
            else work.rest();
            return result;
          } catch (error) {
            work.end();
            throw error;
          }
        },
        async return() {
          work.end();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
