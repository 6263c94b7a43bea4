import { requestBytes } from './request-bytes';

/** Asks for predictions of rows that differ, in the shortest form. */
export function batchRequest(rows: number): Buffer {
  const instances = Array.from({ length: rows }, (_, row) => [
    4.5 + (row % 30) / 10,
    3.1,
    1 + (row % 50) / 10,
    1.2,
  ]);
  return requestBytes('/predict/batch', { instances });
}
