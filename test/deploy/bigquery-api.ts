import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiRoute, found, ok, type RecordedRequest } from './functions-api';
import type { GcloudSandbox } from './gcloud';

/** The service account that a connection of the stub has. */
export const CONNECTION_ACCOUNT = 'bqcx-123-abcd@gcp-sa-bigquery-condel.iam.gserviceaccount.com';

/** What a job of BigQuery was asked to run. */
export interface Query {
  readonly query: string;
  readonly useLegacySql: boolean;
}

/**
 * The parts of BigQuery's APIs that `bq` uses to make a connection and to run a statement, and a deployed
 * `model-info` that answers callers with a token.
 */
export function bigQueryRoutes(modelInfo: () => Record<string, unknown>): ApiRoute[] {
  const connections = new Map<string, Record<string, unknown>>();
  return [
    [
      /^GET \/\$discovery\/rest$/,
      ({ query }, _match, { baseUrl }) => ok(discovery(query.get('version'), baseUrl)),
    ],
    [/^GET \/v1\/(.*\/connections\/.+)$/, (_, [, name = '']) => found(connections.get(name))],
    [
      /^POST \/v1\/(.*\/connections)$/,
      ({ query }, [, parent]) => {
        const name = `${parent}/${query.get('connectionId')}`;
        connections.set(name, { name, cloudResource: { serviceAccountId: CONNECTION_ACCOUNT } });
        return ok(connections.get(name) ?? {});
      },
    ],
    [/^POST \/bigquery\/v2\/projects\/[^/]+\/jobs$/, (request) => ok(finishedJob(request))],
    [
      /^GET \/v2\/(.*\/functions\/([^/]+))$/,
      (_, [, name, id], { baseUrl }) => ok(deployed(String(name), `${baseUrl}/at/${id}`)),
    ],
    [/^GET \/at\/(model-info|serve\/model-info)$/, () => ok(modelInfo())],
  ];
}

/** What `bq` needs besides a sandboxed gcloud to call loopback, and nothing of the developer's own. */
export function bqEnvironment(gcloud: GcloudSandbox, apiUrl: string): Readonly<Record<string, string>> {
  const folder = gcloud.env['CLOUDSDK_CONFIG'] ?? '';
  const BIGQUERYRC = join(folder, 'bigqueryrc');
  const CLOUDSDK_AUTH_ACCESS_TOKEN_FILE = join(folder, 'access-token');
  writeFileSync(BIGQUERYRC, `api = ${apiUrl}\noauth_access_token = stub\n`);
  writeFileSync(CLOUDSDK_AUTH_ACCESS_TOKEN_FILE, 'stub');
  // Credentials that are switched off are none to `bq`.
  return {
    ...gcloud.env,
    CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'false',
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE,
    BIGQUERYRC,
  };
}

/** The statements that were run. */
export function queriesIn(requests: readonly RecordedRequest[]): Query[] {
  return requests.filter(({ path }) => path.endsWith('/jobs')).map(queryOf);
}

function queryOf({ body }: RecordedRequest): Query {
  const { query, useLegacySql } = JSON.parse(body.toString()).configuration.query;
  return { query, useLegacySql };
}

function deployed(name: string, url: string): Record<string, unknown> {
  const service = `projects/demo/locations/us-central1/services/${name.split('/').at(-1)}`;
  return { name, url, state: 'ACTIVE', environment: 'GEN_2', serviceConfig: { service, uri: url } };
}

function finishedJob({ body }: RecordedRequest): Record<string, unknown> {
  const { configuration, jobReference } = JSON.parse(body.toString());
  const ddlTargetRoutine = { projectId: 'demo', datasetId: 'ml', routineId: 'iris' };
  const query = { statementType: 'CREATE_FUNCTION', ddlOperationPerformed: 'CREATE', ddlTargetRoutine };
  const status = { state: 'DONE' };
  return {
    kind: 'bigquery#job',
    id: 'demo:US.1',
    jobReference,
    status,
    configuration,
    statistics: { query },
  };
}

/** What `bq` asks for before its first call: the methods there are. Those that are called here are listed. */
function discovery(version: string | null, baseUrl: string): Record<string, unknown> {
  const { name, servicePath, resources } = version === 'v1' ? CONNECTION_API : JOB_API;
  const [kind, rootUrl, basePath] = ['discovery#restDescription', `${baseUrl}/`, `/${servicePath}`];
  const url = { rootUrl, servicePath, basePath, baseUrl: `${rootUrl}${servicePath}` };
  return { kind, name, version, ...url, resources, schemas: { Any: ANY } };
}

const ANY = { id: 'Any', type: 'object', additionalProperties: { type: 'any' } };

const inPath = (pattern: string) => ({ type: 'string', required: true, location: 'path', pattern });

const CONNECTION_API = {
  name: 'bigqueryconnection',
  servicePath: '',
  resources: {
    projects: {
      resources: {
        locations: {
          resources: {
            connections: {
              methods: {
                get: {
                  id: 'bigqueryconnection.projects.locations.connections.get',
                  httpMethod: 'GET',
                  path: 'v1/{+name}',
                  parameters: { name: inPath('^projects/[^/]+/locations/[^/]+/connections/[^/]+$') },
                  response: { $ref: 'Any' },
                },
                create: {
                  id: 'bigqueryconnection.projects.locations.connections.create',
                  httpMethod: 'POST',
                  path: 'v1/{+parent}/connections',
                  parameters: {
                    parent: inPath('^projects/[^/]+/locations/[^/]+$'),
                    connectionId: { type: 'string', location: 'query' },
                  },
                  request: { $ref: 'Any' },
                  response: { $ref: 'Any' },
                },
              },
            },
          },
        },
      },
    },
  },
};

const JOB_API = {
  name: 'bigquery',
  servicePath: 'bigquery/v2/',
  resources: {
    jobs: {
      methods: {
        insert: {
          id: 'bigquery.jobs.insert',
          httpMethod: 'POST',
          path: 'projects/{projectId}/jobs',
          parameters: { projectId: inPath('^[^/]+$') },
          // Without it `bq` cannot even pass on that there is no file to upload.
          mediaUpload: { accept: ['*/*'] },
          request: { $ref: 'Any' },
          response: { $ref: 'Any' },
        },
      },
    },
  },
};
