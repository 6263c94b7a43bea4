import http from 'node:http';
import { openRedis } from '../../shared/access/redis';
import { type FunctionProcess, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';
import { describeWithRedis, type RedisServer, startRedis } from '../redis';

const KEYS = Array.from({ length: 50 }, (_, index) => ({ name: `caller-${index}`, key: `key-${index}` }));

/** Of somebody who only looks whether a server has noticed something. */
const WATCHER = { name: 'watcher', key: 'key-of-watcher' };

/** Of an hour, so that no window ends meanwhile. */
const RATE = 100;

const ENV = {
  MODEL_NAME: 'iris',
  ACCESS: 'keys',
  API_KEYS: writeKeySet([...KEYS, WATCHER]),
  RATE_LIMIT: `${RATE}/h`,
};

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
afterAll(() => agent.destroy());

/** Sends one prediction, and says with which status it was answered. */
function predict(url: string, key: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/predict`, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', reject);
    request.end('{"features":[5.1,3.5,1.4,0.2]}');
  });
}

/** Statuses of requests, by key and by status. */
type Counts = Map<string, Map<number, number>>;

/**
 * Sends requests of all keys in turn to all servers in turn, so many at a time.
 *
 * @param onSend told how many were sent before each.
 */
async function sendAll(
  urls: readonly string[],
  count: number,
  onSend: (sent: number) => void = () => {},
): Promise<Counts> {
  const counts: Counts = new Map();
  let next = 0;
  async function work(): Promise<void> {
    while (next < count) {
      const index = next++;
      onSend(index);
      const { key } = KEYS[index % KEYS.length] ?? { key: '' };
      // Every key meets every server: neither number divides the other.
      const status = await predict(urls[index % urls.length] ?? '', key);
      const ofKey = counts.get(key) ?? new Map<number, number>();
      counts.set(key, ofKey.set(status, (ofKey.get(status) ?? 0) + 1));
    }
  }
  await Promise.all(Array.from({ length: 16 }, work));
  return counts;
}

/** How many requests of each key were answered with a status. */
function countsOf(counts: Counts, status: number): number[] {
  return KEYS.map(({ key }) => counts.get(key)?.get(status) ?? 0);
}

function statusesOf(counts: Counts): number[] {
  return [...new Set([...counts.values()].flatMap((ofKey) => [...ofKey.keys()]))].sort();
}

/** Rows of each key that Redis has counted. */
async function countedIn({ url }: RedisServer): Promise<number[]> {
  const { client, connected, close } = openRedis(url);
  await connected;
  // A server that no platform has named is called as the package is.
  const prefix = `onnx-functions:onnx-functions:${RATE}/3600`;
  const counts = await Promise.all(KEYS.map(({ name }) => client.get(`${prefix}:key:${name}`)));
  close();
  return counts.map(Number);
}

function startServer(env: Record<string, string> = {}): Promise<FunctionProcess> {
  return startFunction({ target: 'serve', program: ['dist/server.js'], env: { ...ENV, ...env } });
}

describe('10 000 requests of 50 callers', () => {
  test('are counted exactly by one server', async () => {
    const server = await startServer();

    const counts = await sendAll([server.url], 10_000);

    await server.stop();
    expect(statusesOf(counts)).toEqual([200, 429]);
    expect(countsOf(counts, 200)).toEqual(KEYS.map(() => RATE));
  }, 120_000);
});

describeWithRedis('three servers with one Redis', () => {
  let redis: RedisServer;
  let servers: readonly FunctionProcess[];
  let urls: readonly string[];
  beforeAll(async () => {
    redis = await startRedis();
    servers = await Promise.all([1, 2, 3].map(() => startServer({ RATE_LIMIT_REDIS_URL: redis.url })));
    urls = servers.map(({ url }) => url);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await redis.kill();
  });

  const entriesOf = (message: string) =>
    servers.map(
      (server) => server.entries().filter((entry) => String(entry['message']).includes(message)).length,
    );

  test('count 10 000 requests of 50 callers together', async () => {
    const counts = await sendAll(urls, 10_000);

    expect(statusesOf(counts)).toEqual([200, 429]);
    expect(countsOf(counts, 200)).toEqual(KEYS.map(() => RATE));
  }, 120_000);

  test('serve, each with its own count, when it is killed, and say so once', async () => {
    const sending = sendAll(urls, 10_000);
    await redis.kill();

    const counts = await sending;

    expect([200, 429]).toEqual(expect.arrayContaining(statusesOf(counts)));
    expect(Math.max(...countsOf(counts, 200))).toBeLessThanOrEqual(urls.length * RATE);
    expect(entriesOf('counting in Redis')).toEqual([1, 1, 1]);
  }, 120_000);

  test('count together again when it is back', async () => {
    await redis.restart();
    await untilAll(() => entriesOf('Redis answers again'), 1);

    const counts = await sendAll(urls, 10_000);

    expect(statusesOf(counts)).toEqual([200, 429]);
    expect(countsOf(counts, 200)).toEqual(KEYS.map(() => RATE));
    expect(entriesOf('Redis answers again')).toEqual([1, 1, 1]);
  }, 120_000);

  test('fail for nobody while it is killed and comes back under load, and count together from then on', async () => {
    const steps: Promise<void>[] = [];
    const during = await sendAll(urls, 10_000, (sent) => {
      if (sent === 2_500) steps.push(redis.kill());
      if (sent === 5_000) steps.push(Promise.all(steps).then(() => redis.restart()));
    });
    await Promise.all(steps);
    await untilAll(() => entriesOf('Redis answers again'), 2);

    const after = await sendAll(urls, 10_000);

    expect([200, 429]).toEqual(expect.arrayContaining(statusesOf(during)));
    expect([200, 429]).toEqual(expect.arrayContaining(statusesOf(after)));
    // What was granted since it is back, whether all had noticed or not, is what it has counted.
    expect(await countedIn(redis)).toEqual(KEYS.map(() => RATE));
    expect(Math.max(...countsOf(after, 200))).toBeLessThanOrEqual(RATE);
    expect(entriesOf('counting in Redis')).toEqual([2, 2, 2]);
  }, 120_000);

  test('are not held up by one that does not answer', async () => {
    process.kill(redis.pid, 'SIGSTOP');

    const counts = await sendAll(urls, 2_000);

    process.kill(redis.pid, 'SIGCONT');
    expect([200, 429]).toEqual(expect.arrayContaining(statusesOf(counts)));
  }, 120_000);

  /** Sends requests until every server has noticed so many times. */
  async function untilAll(seen: () => number[], times: number): Promise<void> {
    for (let attempt = 0; attempt < 200 && Math.min(...seen()) < times; attempt++) {
      await Promise.all(urls.map((url) => predict(url, WATCHER.key)));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
