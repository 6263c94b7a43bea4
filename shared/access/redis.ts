import { createClient, type RedisClientType } from '@redis/client';

/** A connection that is made again whenever it breaks. */
export interface RedisLink {
  readonly client: RedisClientType;
  /** Resolves once it is there for the first time. */
  readonly connected: Promise<unknown>;
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
  // Each failed attempt to connect is an event; what matters of it is met, and told, by whoever asks for something.
  client.on('error', () => {});
  const connected = client.connect();
  connected.catch(() => {});
  return { client: client as unknown as RedisClientType, connected, close: () => client.destroy() };
}
