import { readConfig } from '../../shared/serving/config';

const EMBEDDED = { registry: 'model-artifacts', model: 'iris' };

test.each<[what: string, env: Record<string, string>, name: string | undefined]>([
  ['the embedded model where nothing is configured', {}, 'iris'],
  ['the embedded model of the embedded registry', { MODEL_REGISTRY: 'model-artifacts' }, 'iris'],
  ['the named model', { MODEL_NAME: 'digits' }, 'digits'],
  ['the only model of another registry', { MODEL_REGISTRY: 'gs://models' }, undefined],
  ['the only model that Vertex AI copied', { AIP_STORAGE_URI: 'gs://copy' }, undefined],
])('serves %s', (_what, env, name) => {
  expect(readConfig(env, EMBEDDED).model.name).toBe(name);
});

test.each([
  [undefined, []],
  ['a.example, *.b.example', ['a.example', '*.b.example']],
  ['*', '*'],
])('reads IMAGE_URL_HOSTS %j', (text, hosts) => {
  expect(readConfig(text === undefined ? {} : { IMAGE_URL_HOSTS: text }).images.urls.hosts).toEqual(hosts);
});

test.each(['https://a.example', 'a.example/x', 'a*.example'])('refuses IMAGE_URL_HOSTS %j', (text) => {
  expect(() => readConfig({ IMAGE_URL_HOSTS: text })).toThrow(
    `IMAGE_URL_HOSTS: expected host names like images.example.com or *.example.com, got "${text}"`,
  );
});

test('fetches no more by URL than a body may have', () => {
  expect(readConfig({ MAX_BODY_BYTES: '1000' }).images.urls.maxBytes).toBe(1000);
});

test.each<[what: string, env: Record<string, string>, tracing: unknown]>([
  ['not where no receiver is named', { OTEL_SERVICE_NAME: 'flowers' }, undefined],
  ['under a base address', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/traces'],
  ['at an exact one', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/spans' }, 'http://c/spans'],
  [
    'at the exact one of two',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://d/spans' },
    'http://d/spans',
  ],
  [
    'not where the SDK is off',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' },
    undefined,
  ],
  [
    'not where spans go nowhere',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_EXPORTER: 'none' },
    undefined,
  ],
])('traces %s', (_what, env, url) => {
  expect(readConfig(env).tracing?.url).toBe(url);
});

test('calls a service by what OpenTelemetry is told, else by what the platform calls it', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', K_SERVICE: 'predict' };

  const names = [env, { ...env, OTEL_SERVICE_NAME: 'flowers' }].map(
    (each) => readConfig(each).tracing?.service,
  );

  expect(names).toEqual(['predict', 'flowers']);
});

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'http/protobuf'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json', 'http/protobuf'],
  ['OTEL_TRACES_EXPORTER', 'zipkin', 'one of otlp, none'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'an address that starts with http:// or https://'],
])('refuses %s %j', (name, value, expected) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', [name]: value };

  expect(() => readConfig(env)).toThrow(`${name}: expected ${expected}, got "${value}"`);
});
