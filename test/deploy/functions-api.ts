import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the Google Cloud command line sent it. */
export interface RecordedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** The APIs that a deployment talks to, on loopback. */
export interface FunctionsApi {
  /** Ends without a slash. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  stop(): Promise<void>;
}

type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** State of one project: what was deployed, and which service accounts were created. */
export interface Project {
  readonly functions: Map<string, Json>;
  readonly accounts: Set<string>;
  readonly baseUrl: string;
}

type Responder = (request: RecordedRequest, match: RegExpExecArray, project: Project) => Answer;

/** What answers the requests whose method and path, with a space between, match the pattern. */
export type ApiRoute = readonly [pattern: RegExp, respond: Responder];

/**
 * Answers what the real `gcloud` asks while it deploys a function: Cloud Functions, Service Usage, Cloud Build,
 * Resource Manager, IAM, the IAM policies of buckets and projects. Deployed functions are remembered, so that the
 * next deployment is an update.
 *
 * @param routes what it answers besides, or instead.
 */
export async function startFunctionsApi(routes: readonly ApiRoute[] = []): Promise<FunctionsApi> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void record(request).then((recorded) => {
      requests.push(recorded);
      send(response, answer([...routes, ...ROUTES], recorded, project));
    });
  });
  const project: Project = { functions: new Map(), accounts: new Set(), baseUrl: await listen(server) };
  return { url: project.baseUrl, requests, stop: () => close(server) };
}

const ROUTES: readonly ApiRoute[] = [
  [/^GET \/v2\/(.*\/functions\/[^/]+)$/, (_, [, name = ''], { functions }) => found(functions.get(name))],
  [/^GET \/v2\/.*\/runtimes$/, () => ok({ runtimes: ['nodejs22', 'nodejs24'].map(runtime) })],
  [/^POST \/v2\/.*\/functions:generateUploadUrl$/, (_request, _match, { baseUrl }) => ok(uploadUrl(baseUrl))],
  [/^PUT \/upload\/source\.zip$/, () => ok({})],
  [/^POST \/v2\/(.*\/functions)$/, create],
  [/^PATCH \/v2\/(.*\/functions\/[^/]+)$/, update],
  [/^GET \/v2\/(.*)\/operations\//, (_, [, location = '']) => ok(operation(location))],
  [/^GET \/v1\/projects\/[^/]+\/services\/([^/]+)$/, (_, [, name]) => ok({ name, state: 'ENABLED' })],
  [/\/defaultServiceAccount$/, () => ok({ serviceAccountEmail: `projects/p/serviceAccounts/${BUILDER}` })],
  [/^GET \/v1\/projects\/([^/]+)$/, (_, [, projectId]) => ok({ projectId, projectNumber: '123' })],
  [/^POST \/v1\/projects\/[^/]+:getIamPolicy$/, () => ok(policy('roles/editor', BUILDER))],
  [/^POST \/v1\/projects\/[^/]+:setIamPolicy$/, echo],
  [/^GET .*\/secrets\/[^/]+:getIamPolicy$/, () => ok({ version: 1, etag: 'BwX=', bindings: [] })],
  [/^POST .*\/secrets\/[^/]+:setIamPolicy$/, echo],
  [/^GET .*\/services\/[^/]+:getIamPolicy$/, () => ok({ version: 1, etag: 'BwX=', bindings: [] })],
  [/^POST .*\/services\/[^/]+:setIamPolicy$/, echo],
  [/^GET \/v1\/projects\/[^/]+\/serviceAccounts\/(.+)$/, describeAccount],
  [/^POST \/v1\/projects\/([^/]+)\/serviceAccounts$/, createAccount],
  [/^GET \/storage\/v1\/b\/[^/]+\/iam$/, () => ok({ version: 1, etag: 'CAE=', bindings: [] })],
  [/^PUT \/storage\/v1\/b\/[^/]+\/iam$/, echo],
  [/^GET \/storage\/v1\/projects\/[^/]+\/serviceAccount$/, () => ok({ email_address: STORAGE_AGENT })],
];

const STORAGE_AGENT = 'service-123@gs-project-accounts.iam.gserviceaccount.com';

const BUILDER = '123-compute@developer.gserviceaccount.com';

function answer(routes: readonly ApiRoute[], request: RecordedRequest, project: Project): Answer {
  const line = `${request.method} ${request.path}`;
  for (const [pattern, respond] of routes) {
    const match = pattern.exec(line);
    if (match !== null) return respond(request, match, project);
  }
  return { status: 501, body: { error: { code: 501, message: `not stubbed: ${line}` } } };
}

function create(
  { body, query }: RecordedRequest,
  [, parent]: RegExpExecArray,
  { functions }: Project,
): Answer {
  const name = `${parent}/${query.get('functionId')}`;
  functions.set(name, deployed(name, JSON.parse(body.toString())));
  return ok(operation(name.replace(/\/functions\/.*/, '')));
}

function update({ body }: RecordedRequest, [, name = '']: RegExpExecArray, { functions }: Project): Answer {
  const before = functions.get(name) ?? {};
  functions.set(name, deployed(name, { ...before, ...JSON.parse(body.toString()) }));
  return ok(operation(name.replace(/\/functions\/.*/, '')));
}

function deployed(name: string, spec: Json): Json {
  const id = name.split('/').at(-1);
  const url = `https://us-central1-demo.cloudfunctions.net/${id}`;
  const serviceConfig = {
    ...(spec['serviceConfig'] as Json),
    service: `projects/demo/locations/us/services/${id}`,
  };
  return {
    ...spec,
    name,
    state: 'ACTIVE',
    environment: 'GEN_2',
    url,
    serviceConfig: { ...serviceConfig, uri: url },
  };
}

function describeAccount(_: RecordedRequest, [, email = '']: RegExpExecArray, { accounts }: Project): Answer {
  return found(accounts.has(decodeURIComponent(email)) ? { email } : undefined);
}

function createAccount(
  { body }: RecordedRequest,
  [, project]: RegExpExecArray,
  { accounts }: Project,
): Answer {
  const { accountId } = JSON.parse(body.toString());
  const email = `${accountId}@${project}.iam.gserviceaccount.com`;
  accounts.add(email);
  return ok({ name: `projects/${project}/serviceAccounts/${email}`, email });
}

function echo({ body }: RecordedRequest): Answer {
  return ok(JSON.parse(body.toString()));
}

/** The answer 200 with a body. */
export const ok = (body: Json): Answer => ({ status: 200, body });

/** The answer 200 with a body, or 404 without. */
export function found(body: Json | undefined): Answer {
  return body === undefined
    ? { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message: '' } } }
    : ok(body);
}

const runtime = (name: string) => ({ name, environment: 'GEN_2', stage: 'GA', warnings: [] });

const policy = (role: string, account: string) => ({
  version: 1,
  etag: 'BwX=',
  bindings: [{ role, members: [`serviceAccount:${account}`] }],
});

function uploadUrl(baseUrl: string): Json {
  const storageSource = { bucket: 'sources', object: 'source.zip', generation: '1' };
  return { uploadUrl: `${baseUrl}/upload/source.zip`, storageSource };
}

function operation(location: string): Json {
  const stages = ['BUILD', 'SERVICE'].map((name) => ({ name, state: 'COMPLETE' }));
  const type = 'type.googleapis.com/google.cloud.functions.v2.OperationMetadata';
  return { name: `${location}/operations/1`, done: true, metadata: { '@type': type, stages }, response: {} };
}

async function record(request: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub');
  return { method: request.method ?? '', path: pathname, query: searchParams, body: Buffer.concat(chunks) };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
