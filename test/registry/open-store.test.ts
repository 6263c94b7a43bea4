import { openStore } from '../../shared/registry/open-store';

test.each([
  ['gs://models', 'gs://models'],
  ['gs://models/', 'gs://models'],
  ['gs://models/team/registry/', 'gs://models/team/registry'],
  ['model-artifacts', 'model-artifacts'],
  ['/srv/models', '/srv/models'],
])('%s is the store %s', async (uri, opened) => {
  expect((await openStore(uri)).uri).toBe(opened);
});

test.each([
  ['s3://models/registry', 'a store is gs://bucket/prefix or a path, got s3://'],
  ['gs://', '"gs://" names no bucket, expected gs://bucket/prefix'],
  ['gs://No_Bucket!/x', '"gs://No_Bucket!/x" names no bucket, expected gs://bucket/prefix'],
])('%s is refused', async (uri, message) => {
  await expect(openStore(uri)).rejects.toMatchObject({ code: 'store-unavailable', message });
});

test('STORAGE_EMULATOR_HOST is refused with what to set instead', async () => {
  const opening = openStore('gs://models', { storageEmulatorHost: 'localhost:4443' });

  await expect(opening).rejects.toThrow(
    'STORAGE_EMULATOR_HOST breaks the Cloud Storage client library; ' +
      'unset it and set GCS_API_ENDPOINT=http://localhost:4443 instead',
  );
});

test('STORAGE_EMULATOR_HOST is refused beside GCS_API_ENDPOINT too', async () => {
  const environment = { storageEmulatorHost: 'localhost:4443', gcsApiEndpoint: 'http://localhost:4443' };

  await expect(openStore('gs://models', environment)).rejects.toThrow(
    'unset it: GCS_API_ENDPOINT, which is set too, is enough',
  );
});

test('an endpoint without a scheme is refused', async () => {
  await expect(openStore('gs://models', { gcsApiEndpoint: 'localhost:4443' })).rejects.toThrow(
    'GCS_API_ENDPOINT must begin with http:// or https://, got "localhost:4443"',
  );
});

test('a folder does not care about emulators', async () => {
  expect((await openStore('models', { storageEmulatorHost: 'localhost:4443' })).uri).toBe('models');
});
