import type { HttpResponse } from '../../shared/core/http';
import type { Endpoint, Routes } from '../../shared/serving/endpoint';
import { createExchange } from '../../shared/serving/exchange';
import { createGuard } from '../../shared/serving/guard';

const PARTS = { now: () => 0, onFailure: () => {}, onRecovery: () => {} };
const NOTHING = { rateLimits: { service: 'predict', trustedHops: 0 }, overload: {} };

const REQUEST = {
  method: 'GET',
  path: '/',
  query: '',
  headers: {},
  remoteAddress: '127.0.0.1',
  body: async () => Buffer.alloc(0),
  stream: async function* () {},
  hasLeft: () => false,
};

/** One endpoint behind a guard that lets in one request at a time. */
function guardOne(answer: Endpoint['answer']): () => Promise<HttpResponse> {
  const guard = createGuard({ ...NOTHING, overload: { maxPending: 1 } }, PARTS);
  const endpoint = guard.protect(new Map([['/', { method: 'GET', answer }]])).get('/');
  return async () => {
    if (endpoint === undefined) throw new Error('the route is gone');
    return endpoint.answer(createExchange(REQUEST, 0), {});
  };
}

/** The pieces of an answer, one by one. */
function piecesOf({ body }: HttpResponse): AsyncIterator<unknown> {
  if (typeof body === 'string' || body instanceof Uint8Array) throw new Error('expected a stream');
  return body[Symbol.asyncIterator]();
}

async function* stream(): AsyncGenerator<string> {
  yield 'one';
  yield 'two';
}

const streamed = (body: AsyncIterable<string>): HttpResponse => ({ status: 200, headers: {}, body });

test('routes stay what they are where nothing is guarded', () => {
  const routes: Routes = new Map();

  expect(createGuard(NOTHING, PARTS).protect(routes)).toBe(routes);
});

describe('a streamed answer is work', () => {
  test('while a piece of it is made, and not while it is read', async () => {
    let finish = () => {};
    async function* slow(): AsyncGenerator<string> {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      yield 'one';
      yield 'two';
    }
    const answers = [slow(), stream(), stream()];
    const ask = guardOne(() => streamed(answers.shift() ?? stream()));
    const pieces = piecesOf(await ask());
    const first = pieces.next();

    await expect(ask()).rejects.toMatchObject({ code: 'overloaded' });
    finish();
    await first;

    await expect(ask()).resolves.toMatchObject({ status: 200 });
    await expect(pieces.next()).resolves.toMatchObject({ value: 'two' });
  });

  test('no longer once it failed', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'one';
      throw new Error('broken');
    }
    const ask = guardOne(() => streamed(failing()));
    const pieces = piecesOf(await ask());
    await pieces.next();

    await expect(pieces.next()).rejects.toThrow('broken');

    await expect(ask()).resolves.toMatchObject({ status: 200 });
  });

  test('not before its first piece is asked for, if ever it is', async () => {
    const ask = guardOne(() => streamed(stream()));
    const pieces = piecesOf(await ask());

    await expect(ask()).resolves.toMatchObject({ status: 200 });
    await pieces.return?.();
    await expect(ask()).resolves.toMatchObject({ status: 200 });
  });

  test('no longer once nobody wants it any more', async () => {
    const ask = guardOne(() => streamed(stream()));
    const pieces = piecesOf(await ask());
    await pieces.next();
    await pieces.return?.();

    await expect(ask()).resolves.toMatchObject({ status: 200 });
    await expect(pieces.next()).resolves.toMatchObject({ done: true });
  });
});

test('a request that fails is no work any more', async () => {
  const ask = guardOne(() => {
    throw new Error('broken');
  });

  await expect(ask()).rejects.toThrow('broken');
  await expect(ask()).rejects.toThrow('broken');
});
