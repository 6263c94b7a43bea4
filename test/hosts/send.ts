import http from 'node:http';
import type { TestRequest } from '../test-app';

/** An answer as it came over the socket. */
export interface Received {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request exactly as it is described: no header is added but Host, Connection and the length. */
export function send(
  url: string,
  { method = 'GET', path = '/', headers = {}, body = '' }: TestRequest,
): Promise<Received> {
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method,
      path,
      headers: { ...headers, ...(bytes.length > 0 && { 'content-length': bytes.length }) },
      agent: false,
    });
    let isAnswered = false;
    request.once('response', (response) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
      response.once('error', reject);
    });
    // A server that has answered may close before it has read all that was sent.
    request.on('error', (error) => !isAnswered && reject(error));
    request.end(bytes);
  });
}
