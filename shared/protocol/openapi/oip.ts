import { OIP_DATATYPES, oipModelMetadata, oipServerMetadata } from '../oip/metadata';
import { BODY_ERRORS, errors } from './errors';
import {
  body,
  type Content,
  json,
  type Operation,
  ok,
  type PathItem,
  type Paths,
  refTo,
  schemaRef,
} from './parts';
import { type ApiSubject, exampleTensors, flatValues } from './subject';

const TAG = 'Open Inference Protocol';

/** The addresses of the Open Inference Protocol (KServe's second). */
export function oipPaths(subject: ApiSubject): Paths {
  return {
    '/v2': get('oipServer', 'Name, version and extensions of the server', {
      schema: 'OipServer',
      example: oipServerMetadata(subject.version),
    }),
    '/v2/health/live': get('oipLive', 'Whether the server answers', {
      schema: 'OipHealth',
      example: { live: true },
    }),
    '/v2/health/ready': get('oipReady', 'Whether the model is loaded: waits for it', {
      schema: 'OipHealth',
      example: { live: true, ready: true },
      statuses: [503],
    }),
    '/v2/models': get('oipModels', 'The models of the registry', {
      schema: 'ModelNames',
      example: { models: [subject.manifest.name] },
      statuses: [503],
    }),
    '/v2/models/stats': { get: missing('oipAllStats', 'Statistics of all models') },
    '/v2/repository/index': { post: index(subject) },
    ...modelPaths(subject, { path: '/v2/models/{model}', id: '', parameters: ['Model'] }),
    ...modelPaths(subject, {
      path: '/v2/models/{model}/versions/{version}',
      id: 'Version',
      parameters: ['Model', 'Version'],
    }),
    '/v2/repository/models/{model}/load': { post: missing('oipLoad', 'Load a model', ['Model']) },
    '/v2/repository/models/{model}/unload': { post: missing('oipUnload', 'Unload a model', ['Model']) },
  };
}

/** The bodies of an inference request, in JSON and in binary. */
export function oipRequests(subject: ApiSubject): Content {
  const example = oipExample(subject);
  return {
    ...json(schemaRef('OipRequest'), example && { oip: example }),
    'application/octet-stream': {},
  };
}

/** A request for the example of the model. */
export function oipExample(subject: ApiSubject): { summary: string; value: object } | undefined {
  const tensors = exampleTensors(subject);
  if (tensors === undefined) return undefined;
  const inputs = subject.signature.inputs.flatMap(({ name, type }) => {
    const tensor = tensors[name];
    if (tensor === undefined) return [];
    return [{ name, shape: tensor.dims, datatype: OIP_DATATYPES[type], data: flatValues(tensor) }];
  });
  return { summary: 'Open Inference Protocol', value: { id: '42', inputs } };
}

/** The answers to an inference request. */
export const OIP_ANSWERS: Content = {
  ...json(schemaRef('OipAnswer')),
  'application/octet-stream': {},
};

function modelPaths(subject: ApiSubject, at: { path: string; id: string; parameters: string[] }): Paths {
  const { path, id, parameters } = at;
  const { name, version } = subject.manifest;
  const metadata = oipModelMetadata({ name, versions: [version], signature: subject.signature });
  const statuses = [404, 503];
  return {
    [`${path}/infer`]: { post: infer(subject, `oip${id}Infer`, parameters) },
    [path]: get(`oip${id}Model`, 'Inputs and outputs of the model', {
      schema: 'OipModel',
      example: metadata,
      statuses,
      parameters,
    }),
    [`${path}/ready`]: get(`oip${id}ModelReady`, 'Whether the model is loaded: loads it first', {
      schema: 'OipModelReady',
      example: { name, ready: true },
      statuses,
      parameters,
    }),
    [`${path}/config`]: { get: missing(`oip${id}Config`, 'The configuration of the model', parameters) },
    [`${path}/stats`]: { get: missing(`oip${id}Stats`, 'Statistics of the model', parameters) },
  };
}

interface GetOptions {
  readonly schema: string;
  readonly example: unknown;
  readonly statuses?: readonly number[];
  readonly parameters?: readonly string[];
}

function get(operationId: string, summary: string, options: GetOptions): PathItem {
  const { schema, example, statuses = [], parameters = [] } = options;
  return {
    get: {
      operationId,
      tags: [TAG],
      summary,
      ...refs(parameters),
      responses: {
        ...ok(summary, json(schemaRef(schema), { example: { value: example } })),
        ...errors('Error', ...statuses),
      },
    },
  };
}

function refs(names: readonly string[]): Pick<Operation, 'parameters'> {
  return names.length === 0 ? {} : { parameters: names.map((name) => refTo('parameters', name)) };
}

function infer(subject: ApiSubject, operationId: string, parameters: readonly string[]): Operation {
  return {
    operationId,
    tags: [TAG],
    summary: 'Run the model on tensors',
    description:
      'In JSON, or with the binary tensor data extension: the body is JSON followed by the bytes of the tensors, and ' +
      '`Inference-Header-Content-Length` says how long the JSON is.',
    ...refs([...parameters, 'JsonLength', 'RequestId']),
    requestBody: body(oipRequests(subject)),
    responses: {
      ...ok('The outputs of the model', OIP_ANSWERS, {
        'Inference-Header-Content-Length': refTo('headers', 'JsonLength'),
      }),
      ...errors('Error', ...BODY_ERRORS, 404, 429, 500, 503),
    },
  };
}

function index({ manifest: { name, version } }: ApiSubject): Operation {
  const ready = { name, version, state: 'READY', reason: '' };
  return {
    operationId: 'oipIndex',
    tags: [TAG],
    summary: 'Every version of every model',
    requestBody: {
      required: false,
      content: json(
        {
          type: 'object',
          properties: { ready: { type: 'boolean', description: 'Only those that are loaded' } },
        },
        { all: { value: {} }, ready: { value: { ready: true } } },
      ),
    },
    responses: {
      ...ok(
        'Versions, and whether they are loaded',
        json(schemaRef('OipIndex'), { example: { value: [ready] } }),
      ),
      ...errors('Error', ...BODY_ERRORS, 503),
    },
  };
}

/** What clients may ask for and are told is not there. */
function missing(operationId: string, summary: string, parameters: readonly string[] = []): Operation {
  return {
    operationId,
    tags: [TAG, 'Not implemented'],
    summary: `${summary}: not implemented`,
    ...refs(parameters),
    responses: errors('Error', 501),
  };
}
