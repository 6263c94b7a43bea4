import type { JsonSchema } from '../../core/row-schema';
import { bigQuerySchemas } from './bigquery';
import { errorResponses, errorSchemas } from './errors';
import { imageSchemas } from './images';
import { nativePaths, nativeSchemas } from './native';
import { oipPaths } from './oip';
import { oipSchemas } from './oip-schemas';
import type { Parameter, Paths, Response } from './parts';
import { foreignAnswers, foreignRequests } from './predict';
import { rowsSchemas } from './rows';
import { type Security, securityOf, withSecurity } from './security';
import type { ApiSubject } from './subject';
import { tfsPaths, tfsSchemas } from './tfs';
import { vertexPaths, vertexSchemas } from './vertex';

/** A description of an API (OpenAPI 3.1). */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: Security['security'];
  readonly paths: Paths;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly headers: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
    readonly securitySchemes: Security['securitySchemes'];
  };
}

/**
 * Describes every address that the whole service answers at, in every protocol, for one version of one model. Requests
 * are exactly as strict as the service is, where a schema can say it; their examples are answered.
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function describeOpenApi(subject: ApiSubject): OpenApiDocument {
  const { name, version, description } = subject.manifest;
  const { security, securitySchemes } = securityOf(subject);
  return {
    openapi: '3.1.0',
    info: {
      title: `Model ${name}, served by onnx-functions`,
      version: subject.version,
      description: [
        description,
        `What is described is version ${version} of the model.`,
        ABOUT,
        sqlOf(subject),
      ]
        .filter((text) => text !== undefined)
        .join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '.' }],
    tags: tagsOf(subject),
    security,
    paths: withSecurity(pathsOf(subject), subject),
    components: {
      schemas: schemasOf(subject),
      responses: errorResponses([
        'Problem',
        'Error',
        'Any',
        ...(subject.vertex === undefined ? [] : ['Foreign' as const]),
      ]),
      parameters: parametersOf(subject),
      headers: HEADERS,
      securitySchemes,
    },
  };
}

const ABOUT =
  'Bodies may be compressed (`Content-Encoding: gzip` or `deflate`). Errors are told in the words of the protocol ' +
  'that a request speaks.';

/** The statement that BigQuery is given, for those who read the pages. */
function sqlOf({ createFunction }: ApiSubject): string | undefined {
  if (createFunction === undefined) return undefined;
  return `In BigQuery the model is a function after\n\n\`\`\`sql\n${createFunction}\`\`\``;
}

function pathsOf(subject: ApiSubject): Paths {
  const bodies = { requests: foreignRequests(subject), answers: foreignAnswers(subject) };
  return {
    ...nativePaths(subject),
    ...oipPaths(subject),
    ...tfsPaths(subject),
    ...vertexPaths(subject, bodies),
  };
}

function schemasOf(subject: ApiSubject): Readonly<Record<string, JsonSchema>> {
  return {
    ...rowsSchemas(subject),
    ...imageSchemas(subject),
    ...nativeSchemas(subject),
    ...oipSchemas(subject),
    ...tfsSchemas(subject),
    ...vertexSchemas(subject),
    ...bigQuerySchemas(subject),
    ...errorSchemas(),
  };
}

function tagsOf({ vertex }: ApiSubject): OpenApiDocument['tags'] {
  return [
    { name: 'Prediction', description: 'Features in, predictions out; the words of every protocol besides' },
    { name: 'About', description: 'What is served here, for programs and for people' },
    { name: 'Operation', description: 'Probes and metrics' },
    { name: 'Open Inference Protocol', description: 'Version 2, as Triton, KServe and MLServer speak it' },
    { name: 'TensorFlow Serving', description: "Its REST API, and KServe's version 1" },
    ...(vertex === undefined ? [] : [{ name: 'Vertex AI', description: 'What it calls a container at' }]),
    {
      name: 'Not implemented',
      description: 'What clients of a protocol may ask for and this server does not have',
    },
  ];
}

function parametersOf({ manifest: { name, version } }: ApiSubject): Readonly<Record<string, Parameter>> {
  return {
    Model: inPath(
      'model',
      'The model; others of the registry have the same addresses and schemas of their own',
      {
        type: 'string',
        enum: [name],
      },
    ),
    Version: inPath('version', 'The version described here; others and aliases stand in the same place', {
      type: 'string',
      enum: [version],
    }),
    Label: inPath('label', 'An alias such as `production`, or a version', {
      type: 'string',
      pattern: '^[^/:?#%]+$',
      examples: [version],
    }),
    JsonLength: {
      name: 'Inference-Header-Content-Length',
      in: 'header',
      description:
        'Bytes of the JSON that a binary body begins with (Open Inference Protocol, binary tensor data); 0 for a body that is ' +
        'the data of the only input',
      schema: { type: 'integer', minimum: 0 },
    },
    AskedVersion: {
      name: 'version',
      in: 'query',
      description:
        'The version described here; others and aliases stand in the same place. As promoted when absent',
      schema: { type: 'string', enum: [version] },
    },
    RoutingKey: {
      name: 'X-Routing-Key',
      in: 'header',
      description: 'Where the traffic is split, requests with the same key are answered by the same version',
      schema: { type: 'string' },
    },
    RequestId: {
      name: 'X-Request-Id',
      in: 'header',
      description: 'Comes back in the answer and stands in the log, where it is a plain token',
      schema: { type: 'string' },
    },
  };
}

function inPath(name: string, description: string, schema: JsonSchema): Parameter {
  const [example] = (schema['enum'] ?? schema['examples']) as readonly unknown[];
  return { name, in: 'path', required: true, description, schema, example };
}

const HEADERS: OpenApiDocument['components']['headers'] = {
  RequestId: { description: 'The request, as the log names it', schema: { type: 'string' } },
  ModelVersion: { description: 'The version that answered', schema: { type: 'string' } },
  VersionReason: {
    description:
      'Why it is this one: the request names it, or an alias of it; traffic is split; or it has all',
    schema: { enum: ['pinned', 'alias', 'split', 'default'] },
  },
  ServerTiming: { description: 'Milliseconds of each step, for browsers', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds', schema: { type: 'integer', minimum: 0 } },
  JsonLength: {
    description: 'Bytes of the JSON, where bytes of tensors follow it',
    schema: { type: 'integer', minimum: 1 },
  },
};
