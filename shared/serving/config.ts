import type { GateSettings } from '../access/settings';
import { MODEL_NAME, MODEL_VERSION } from '../core/manifest';
import { toHostPattern } from '../fetch/allowed-url';
import { readAccess } from './access-config';
import { createReader, type Environment, optional, type Reader, unexpected } from './environment';
import { readTracing, type TracingSettings } from './tracing/tracing-config';

/** Everything a deployment can set, read once when the process starts. */
export interface Config extends GateSettings {
  readonly registry: {
    /** `gs://bucket/prefix` or a folder. */
    readonly uri: string;
    /** Base address of a storage emulator; Google's own when absent. */
    readonly gcsApiEndpoint?: string;
    /** Set by other tools for other clients; ours cannot follow it, so it is only ever complained about. */
    readonly storageEmulatorHost?: string;
    /** Longest a model may take to load, from the first byte asked for to a session, in milliseconds. */
    readonly loadTimeoutMs: number;
  };
  readonly model: {
    /** The only model of the registry when absent. */
    readonly name?: string;
    /** The production version when absent. */
    readonly version?: string;
  };
  readonly deployment: {
    readonly type: 'cloud_function' | 'cloud_run' | 'vertex_ai' | 'local';
    readonly service: string;
    readonly revision?: string;
    readonly project?: string;
  };
  readonly limits: {
    /** Largest body, both as sent and with its content encoding undone. */
    readonly bodyBytes: number;
    /** Longest a body may take to arrive, in milliseconds. */
    readonly bodyTimeoutMs: number;
    /** Most rows of one `predictBatch`. */
    readonly rows: number;
    /** Most images of one `predictBatch`. */
    readonly images: number;
    /** Most models that are kept loaded at the same time. */
    readonly loadedModels: number;
    /** Most memory that loaded models may take together, in bytes; half of the container's when absent. */
    readonly modelMemoryBytes?: number;
  };
  readonly rollout: {
    /** How long the routing that was read is good without another look, in milliseconds. */
    readonly checkMs: number;
    /** How old it may be for an answer after a time without requests, in milliseconds. */
    readonly maxAgeMs: number;
  };
  readonly images: {
    /** Most pixels of one image, as it is and as it is resized to. */
    readonly maxPixels: number;
    /** Most frames, or pages, of one image. */
    readonly maxFrames: number;
    /** Longest that decoding one image may take, in milliseconds. */
    readonly decodeTimeoutMs: number;
    readonly urls: {
      /** Where images may be fetched from: host names, `*.example.com`, or `*` for any public host; none when empty. */
      readonly hosts: readonly string[] | '*';
      /** Longest that fetching one image may take, in milliseconds. */
      readonly timeoutMs: number;
      /** Largest image that is fetched. */
      readonly maxBytes: number;
      /** Media types that are fetched, `image/*` for all that begin so. */
      readonly types: readonly string[];
    };
  };
  readonly scoring: {
    /** Objects with other names are not scored. */
    readonly inputPrefix: string;
    /** What takes the place of the input prefix in the names of what is written. */
    readonly outputPrefix: string;
    /** The bucket of the input when absent. */
    readonly outputBucket?: string;
  };
  /** Origins that browsers may call from; `*` for any. */
  readonly corsOrigins: readonly string[] | '*';
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
    readonly format: 'json' | 'text';
    readonly transport: 'stdout' | 'cloud';
    readonly predictions: 'none' | 'stats' | 'full';
  };
  /** Where spans of requests are sent; absent where none are made. */
  readonly tracing?: TracingSettings;
  /** Where Vertex AI calls a container that it runs; absent elsewhere. */
  readonly vertex?: { readonly healthRoute: string; readonly predictRoute: string };
  /** TCP port of the container server; the Functions Framework reads the same variable itself. */
  readonly port: number;
  /** Threads of one model run; the container's CPUs when absent. */
  readonly threads?: number;
  /** Whether requests are taken before the Functions Framework's body parsers. */
  readonly rawHttp: boolean;
  /** How long requests in flight may take to finish after SIGTERM, in milliseconds. */
  readonly drainMs: number;
}

/** The models that come with the package. */
export interface EmbeddedModels {
  /** Where they are. @default model-artifacts */
  readonly registry?: string;
  /** Which of them is served where none is named. @default the only one */
  readonly model?: string;
}

const MIB = 1024 * 1024;

/**
 * Reads the configuration from environment variables. This is the only place that knows their names and defaults.
 *
 * @throws {TypeError} that names the variable, what was expected and what came.
 */
export function readConfig(env: Environment, embedded: EmbeddedModels = {}): Config {
  const read = createReader(env);
  const deployment = readDeployment(env);
  const { registry: embeddedRegistry = 'model-artifacts', model: embeddedModel } = embedded;
  // Vertex AI copies the artifacts of an uploaded model to a bucket of its own, and says where.
  const uri = read.text('MODEL_REGISTRY') ?? read.text('AIP_STORAGE_URI') ?? embeddedRegistry;
  const bodyBytes = read.integer('MAX_BODY_BYTES', 10 * MIB, 1);
  const name = read.matching('MODEL_NAME', MODEL_NAME);
  return {
    registry: {
      uri,
      ...optional('gcsApiEndpoint', read.url('GCS_API_ENDPOINT')),
      ...optional('storageEmulatorHost', read.text('STORAGE_EMULATOR_HOST')),
      loadTimeoutMs: read.integer('LOAD_TIMEOUT_MS', 30_000, 100),
    },
    model: {
      ...optional('name', name ?? (uri === embeddedRegistry ? embeddedModel : undefined)),
      ...optional('version', read.matching('MODEL_VERSION', MODEL_VERSION)),
    },
    deployment,
    limits: {
      bodyBytes,
      bodyTimeoutMs: read.integer('BODY_TIMEOUT_MS', 10_000, 1),
      rows: read.integer('MAX_BATCH_ROWS', 100_000, 1),
      images: read.integer('MAX_BATCH_IMAGES', 1_000, 1),
      loadedModels: read.integer('MAX_LOADED_MODELS', 4, 1),
      ...optional('modelMemoryBytes', read.optionalInteger('MAX_MODEL_MEMORY_BYTES', 1)),
    },
    rollout: {
      checkMs: read.integer('ROLLOUT_CHECK_MS', 5_000, 0),
      maxAgeMs: read.integer('ROLLOUT_MAX_AGE_MS', 60_000, 0),
    },
    images: readImages(read, bodyBytes),
    scoring: readScoring(read),
    ...readAccess(read, { hops: deployment.type === 'local' ? 0 : 1, service: deployment.service }),
    corsOrigins: readOrigins(read.text('CORS_ALLOW_ORIGINS')),
    log: {
      level: read.choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
      format: read.choice('LOG_FORMAT', ['json', 'text'], deployment.type === 'local' ? 'text' : 'json'),
      transport: read.choice('LOG_TRANSPORT', ['stdout', 'cloud'], 'stdout'),
      predictions: read.choice('PREDICTION_LOG', ['none', 'stats', 'full'], 'stats'),
    },
    ...optional('threads', read.optionalInteger('MODEL_THREADS', 1)),
    ...optional('tracing', readTracing(read, deployment.service)),
    ...optional('vertex', readVertex(read)),
    port: read.integer(env['AIP_HTTP_PORT'] ? 'AIP_HTTP_PORT' : 'PORT', 8080, 0),
    rawHttp: read.choice('RAW_HTTP', ['on', 'off'], 'on') === 'on',
    drainMs: read.integer('DRAIN_TIMEOUT_MS', 8_000, 0),
  };
}

/** Vertex AI sets both routes, the one to a path for each endpoint, unless the container's description names its own. */
function readVertex(read: Reader): Config['vertex'] {
  const healthRoute = read.text('AIP_HEALTH_ROUTE');
  const predictRoute = read.text('AIP_PREDICT_ROUTE');
  return healthRoute === undefined || predictRoute === undefined ? undefined : { healthRoute, predictRoute };
}

/** `K_SERVICE` is set by Cloud Run, which also runs functions; those have a target besides. */
function readDeployment(env: Environment): Config['deployment'] {
  const service = env['K_SERVICE'];
  return {
    type: deploymentType(env),
    service: service ?? 'onnx-functions',
    ...optional('revision', env['K_REVISION']),
    ...optional('project', env['GOOGLE_CLOUD_PROJECT']),
  };
}

function deploymentType(env: Environment): Config['deployment']['type'] {
  if (env['AIP_MODE']) return 'vertex_ai';
  if (env['K_SERVICE'] === undefined) return 'local';
  return env['FUNCTION_TARGET'] ? 'cloud_function' : 'cloud_run';
}

function readImages(read: Reader, bodyBytes: number): Config['images'] {
  const hosts = read.list('IMAGE_URL_HOSTS');
  const types = read.list('IMAGE_URL_TYPES');
  return {
    maxPixels: read.integer('MAX_IMAGE_PIXELS', 25_000_000, 1),
    maxFrames: read.integer('MAX_IMAGE_FRAMES', 100, 1),
    decodeTimeoutMs: read.integer('IMAGE_DECODE_TIMEOUT_MS', 5_000, 1),
    urls: {
      hosts: hosts.includes('*') ? '*' : readHosts(hosts),
      timeoutMs: read.integer('IMAGE_URL_TIMEOUT_MS', 10_000, 1),
      maxBytes: read.integer('IMAGE_URL_MAX_BYTES', bodyBytes, 1),
      types: types.length > 0 ? types : ['image/*'],
    },
  };
}

/** What is no host name fails here and not at the first request. */
function readHosts(hosts: readonly string[]): readonly string[] {
  try {
    return hosts.map(toHostPattern);
  } catch (cause) {
    throw new TypeError(`IMAGE_URL_HOSTS: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** What is written must not be taken for input: that would go round for ever. */
function readScoring(read: Reader): Config['scoring'] {
  const inputPrefix = read.text('SCORE_INPUT_PREFIX') ?? 'input/';
  const outputPrefix = read.text('SCORE_OUTPUT_PREFIX') ?? 'predictions/';
  const outputBucket = read.text('SCORE_OUTPUT_BUCKET');
  if (
    outputBucket === undefined &&
    (outputPrefix.startsWith(inputPrefix) || inputPrefix.startsWith(outputPrefix))
  ) {
    throw unexpected(
      'SCORE_OUTPUT_PREFIX',
      `a prefix that does not overlap with "${inputPrefix}"`,
      outputPrefix,
    );
  }
  return { inputPrefix, outputPrefix, ...optional('outputBucket', outputBucket) };
}

function readOrigins(text: string | undefined): readonly string[] | '*' {
  if (text === '*') return '*';
  const origins = (text ?? '').split(',').map((origin) => origin.trim());
  const wrong = origins.find((origin) => origin !== '' && !/^https?:\/\/[^/\s]+$/.test(origin));
  if (wrong === undefined) return origins.filter((origin) => origin !== '');
  throw unexpected('CORS_ALLOW_ORIGINS', 'origins as browsers send them, like https://app.example', wrong);
}
