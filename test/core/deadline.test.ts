import { getEventListeners, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { withDeadline } from '../../shared/core/deadline';

const late = () => new Error('late');

test('work that never settles is late at the deadline', async () => {
  const forever = new Promise<never>(() => {});

  await expect(withDeadline({ ms: 10, late }, () => forever)).rejects.toThrow('late');
});

test('what had arrived before the deadline counts, though the event loop was blocked until after it', async () => {
  const { near, far, close } = await connectedSockets();

  const reading = withDeadline({ ms: 20, late }, async () => {
    const arrived = once(near, 'data');
    far.write('in time');
    blockEventLoop(100);
    return arrived;
  });

  expect(String(await reading)).toBe('in time');
  await close();
});

test('the signal given to the work is aborted with the reason of the one outside', async () => {
  const outside = new AbortController();
  let inside: AbortSignal | undefined;
  const work = withDeadline({ ms: 60_000, signal: outside.signal, late }, (signal) => {
    inside = signal;
    return new Promise<never>(() => {});
  });

  outside.abort(new Error('the caller left'));

  await expect(work).rejects.toThrow('the caller left');
  expect(inside?.reason).toEqual(new Error('the caller left'));
});

test('work does not begin under a signal that is aborted already', async () => {
  const work = jest.fn();

  await expect(
    withDeadline({ ms: 10, signal: AbortSignal.abort(new Error('gone')), late }, work),
  ).rejects.toThrow('gone');
  expect(work).not.toHaveBeenCalled();
});

test('nothing is left on a signal that outlives the work', async () => {
  const { signal } = new AbortController();

  for (let i = 0; i < 100; i++) await withDeadline({ ms: 60_000, signal, late }, async () => i);

  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

async function connectedSockets(): Promise<{ near: Socket; far: Socket; close: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  const close = async () => {
    near.destroy();
    far.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { near, far, close };
}

function blockEventLoop(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
