import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGcsStore } from '../../shared/registry/gcs-store';
import type { Store } from '../../shared/registry/store';

const QUICK = { attempts: 2, firstDelayMs: 1, maxDelayMs: 1 };

let server: Server;
let endpoint: string;
let folder: string;
let tokenStatus = 200;
let store: Store;
const authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status, headers, body } = answer(request);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  await writeFile(join(folder, 'subject'), 'who I am');
  await writeFile(join(folder, 'credentials.json'), JSON.stringify(externalAccount()));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = join(folder, 'credentials.json');
  tokenStatus = 200;
  authorizations.length = 0;
  store = createGcsStore({ bucket: 'models', endpoint, anonymous: false, limits: QUICK });
});

afterEach(() => {
  delete process.env['METADATA_SERVER_DETECTION'];
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
});

test('reads and listings carry the access token of the default credentials', async () => {
  await store.read('model.json');
  await store.list('');

  expect(authorizations).toEqual(['Bearer the-token', 'Bearer the-token']);
});

test('without credentials the error says how to get some, and a read after that finds them', async () => {
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = join(folder, 'missing.json');

  await expect(store.read('model.json')).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringMatching(
      /credentials .* missing or refused: .*gcloud auth application-default login/,
    ),
  });

  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = join(folder, 'credentials.json');
  expect((await store.read('model.json')).bytes).toHaveLength(2);
});

test('a token service that fails is tried again', async () => {
  tokenStatus = 503;

  await expect(store.read('model.json')).rejects.toMatchObject({
    code: 'store-unavailable',
    message: 'no access token was to be had (503), 2 times in a row',
  });
});

/** Workload identity: the one kind of credentials whose token service can be a server of our own. */
function externalAccount() {
  return {
    type: 'external_account',
    audience:
      '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${endpoint}/token`,
    credential_source: { file: join(folder, 'subject') },
  };
}

/** Both the token service and Cloud Storage. */
function answer({ url = '', headers }: IncomingMessage) {
  if (url === '/token') return { status: tokenStatus, headers: json, body: JSON.stringify(token) };
  authorizations.push(headers.authorization);
  if (url.includes('alt=media'))
    return { status: 200, headers: { 'x-goog-generation': '1', 'content-length': 2 }, body: '{}' };
  return { status: 200, headers: json, body: '{"kind":"storage#objects"}' };
}

const json = { 'content-type': 'application/json' };

const token = {
  access_token: 'the-token',
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 3_600,
};
