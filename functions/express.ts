import type { HttpFunction, Request, Response } from '@google-cloud/functions-framework';
import type { Handler } from '../shared/core/http';
import { NodeRequest, send } from './node-http';
import { type BodyLimits, readBody, streamBody, tooLarge } from './request-body';

/**
 * A function for the framework's own way, after its body parsers. What they did to the body cannot be undone:
 * they have inflated it already, and what they refused never arrives here.
 */
export function toHttpFunction(handle: Handler, limits: BodyLimits): HttpFunction {
  return async (message: Request, response: Response) => {
    const body = async () => {
      const bytes = message.rawBody ?? (await readUnparsed(message, limits));
      if (bytes.length > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
      return bytes;
    };
    async function* stream() {
      if (message.rawBody !== undefined) yield message.rawBody;
      else yield* streamBody(message, limits);
    }
    const answer = await handle(new NodeRequest(message, { body, stream }));
    send(message, response, { answer, limits });
  };
}

/** The parsers leave a body alone when it has no Content-Type; then it is still in the socket. */
async function readUnparsed(message: Request, limits: BodyLimits): Promise<Buffer> {
  return message.complete && message.readableEnded ? Buffer.alloc(0) : readBody(message, limits);
}
