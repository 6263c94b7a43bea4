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
