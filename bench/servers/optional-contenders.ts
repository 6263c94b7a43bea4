import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createKey } from '../../shared/access/new-key';
import { writeKeySet } from '../../test/key-sets';
import { projectPath } from '../../training/project-path';
import { requestBytes } from '../load/request-bytes';
import { prepareCachedIris } from '../prepare/cached-iris';
import type { Contender } from './contender';
import { AS_IMAGE, type productContenders } from './contenders';
import { startSpanSink } from './span-sink';

type Product = ReturnType<typeof productContenders>;

/** How the report calls each of them. */
export const OPTIONAL_NAMES = {
  functionWithout: 'function, built without the optional parts',
  functionOff: 'function, all off',
  without: 'container, built without the optional parts',
  off: 'container, all off',
  again: 'the same, measured again',
  stats: 'inputs and scores in the log (the default)',
  shedding: 'shedding by pending requests and memory',
  keys: 'API keys, 50 of them',
  tokens: 'signed tokens (RS256)',
  rate: 'a rate limit in memory',
  hits: 'prediction cache, all hits',
  misses: 'prediction cache, all misses',
  tracing: 'tracing, every request',
} as const;

export type OptionalName = keyof typeof OPTIONAL_NAMES;

/** A contender with the requests that it is sent in turn. */
export interface OptionalContender {
  readonly contender: Contender;
  readonly requests: readonly Buffer[];
}

/** The same host with nothing optional, and with one optional part at a time. */
export interface OptionalContenders {
  readonly contenders: ReadonlyMap<OptionalName, OptionalContender>;
  /** How many bytes of spans were sent so far. */
  spanBytes(): Promise<number>;
  close(): Promise<void>;
}

/** Requests that differ, as many as the cache of hits holds and more than the one of misses does. */
const REQUESTS = 1_000;
const ENOUGH_BYTES = 4_000_000;
const TOO_FEW_BYTES = 100_000;

const KEYS = 50;

/** What is always on else: the log's statistics of inputs, which `drift` compares with the training data. */
const OFF = { PREDICTION_LOG: 'none' } as const;

/** More than the load has, so that every request is counted and none is refused. */
const NO_END = '999999999/d';

/** Prepares every contender, with keys and tokens of their own, and starts what they need beside them. */
export async function openOptionalContenders(
  product: Product,
  without: Product,
): Promise<OptionalContenders> {
  // Files first: where one cannot be written, no process is left behind.
  const keys = writeKeys();
  const [hits, misses] = [prepareCachedIris(ENOUGH_BYTES), prepareCachedIris(TOO_FEW_BYTES)];
  const tokens = await openTokens();
  const spans = await startSpanSink().catch(async (error: unknown) => {
    await tokens.close();
    throw error;
  });
  const container = (name: OptionalName, env: Env = {}, headers: Headers = {}) =>
    entry(name, product.server, { ...AS_IMAGE, ...OFF, ...env }, headers);
  const contenders = new Map<OptionalName, OptionalContender>([
    entry('functionWithout', without.predict, OFF),
    entry('functionOff', product.predict, OFF),
    entry('without', without.server, { ...AS_IMAGE, ...OFF }),
    container('off'),
    container('stats', { PREDICTION_LOG: 'stats' }),
    container('shedding', { MAX_PENDING_REQUESTS: '1000', MAX_MEMORY_PERCENT: '100' }),
    container('keys', { ACCESS: 'keys', API_KEYS_FILE: keys.file }, { 'X-API-Key': keys.last }),
    container('tokens', { ACCESS: 'tokens', ...tokens.env }, { Authorization: `Bearer ${tokens.token}` }),
    container('rate', { RATE_LIMIT: NO_END }),
    container('hits', { MODEL_NAME: 'iris', MODEL_REGISTRY: hits }),
    container('misses', { MODEL_NAME: 'iris', MODEL_REGISTRY: misses }),
    container('tracing', { OTEL_EXPORTER_OTLP_ENDPOINT: spans.endpoint }),
    // At the other end of a round: what lies between it and `off` is what their places in the round make.
    container('again'),
  ]);
  return {
    contenders,
    spanBytes: spans.bytes,
    close: async () => void (await Promise.all([tokens.close(), spans.stop()])),
  };
}

type Env = Readonly<Record<string, string>>;
type Headers = Readonly<Record<string, string>>;

function entry(
  name: OptionalName,
  host: Product['server'],
  env: Env,
  headers: Headers = {},
): [OptionalName, OptionalContender] {
  const requests = Array.from({ length: REQUESTS }, (_, index) =>
    requestBytes('/predict', { features: rowOf(index) }, headers),
  );
  const [request = Buffer.of()] = requests;
  return [name, { contender: host({ name: OPTIONAL_NAMES[name], env, request }), requests }];
}

/** Rows that differ, and are all as long; within what iris was trained on. */
function rowOf(index: number): number[] {
  const [hundreds, tens, ones] = String(index).padStart(3, '0');
  return [`5.${hundreds}1`, `3.${tens}1`, `1.${ones}1`, '0.2'].map(Number);
}

/** Requests have the last key: a key is compared with all there are. */
function writeKeys(): { readonly file: string; readonly last: string } {
  const keys = Array.from({ length: KEYS }, (_, index) => ({ name: `caller-${index}`, key: createKey() }));
  const file = projectPath('.cache/bench/api-keys.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, writeKeySet(keys));
  return { file, last: keys.at(-1)?.key ?? '' };
}

async function openTokens() {
  // jose is an ES module only, which older releases of Node 20 do not load here: then this part fails, and no other.
  const { openTokenIssuer } = await import('../../test/token-issuer');
  const issuer = await openTokenIssuer();
  const token = await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 86_400 });
  const env = {
    TOKEN_JWKS_URL: issuer.jwksUrl,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: 'onnx-functions',
  };
  return { env, token, close: issuer.close };
}
