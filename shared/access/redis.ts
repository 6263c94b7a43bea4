import { createClient, type RedisClientType } from '@redis/client';

/** A connection that is made again whenever it breaks. */
export interface RedisLink {
  readonly client: RedisClientType;
  /** Resolves once it is there for the first time. */
  readonly connected: Promise<unknown>;
  /** Why there is no connection, without the password; undefined where there is one, or it is not known yet. */
  failure(): Error | undefined;
  close(): void;
}

/** Longest wait between two attempts to connect, in milliseconds. */
const MAX_RECONNECT_MS = 2_000;

/** Opens a connection to Redis or Valkey. What is asked while there is none is refused and not kept for later. */
export function openRedis(url: string): RedisLink {
  const client = createClient({
    url,
    // The older protocol, which proxies and old servers speak too.
    RESP: 2,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 1_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, MAX_RECONNECT_MS),
    },
  });
  let failure: Error | undefined;
  // Each failed attempt to connect is an event, and told by whoever asks for something meanwhile.
  client.on('error', (error: NodeJS.ErrnoException) => {
    failure = new Error(`no connection to Redis: ${reasonOf(error, url)}`);
  });
  client.on('ready', () => {
    failure = undefined;
  });
  const connected = client.connect();
  connected.catch(() => {});
  return {
    client: client as unknown as RedisClientType,
    connected,
    failure: () => failure,
    close: () => client.destroy(),
  };
}

/** A server that knows no AUTH repeats, of what it was sent, as much as it finds room for. */
function reasonOf({ message, code, name }: NodeJS.ErrnoException, url: string): string {
  // The error of a name that has several addresses has a code and no message of its own.
  const [reason = ''] = (message || code || name).split(', with args');
  const { password } = new URL(url);
  return password === '' ? reason : reason.replaceAll(decodeURIComponent(password), '***');
}
