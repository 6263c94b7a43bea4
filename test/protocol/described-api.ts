import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import type { OpenApiDocument } from '../../shared/protocol/openapi/document';
import type {
  Content,
  Example,
  Operation,
  Parameter,
  Reference,
  Response,
} from '../../shared/protocol/openapi/parts';
import { json, type TestResponse } from '../test-app';

/** One operation of a description. */
export interface Described {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The path with the examples of its parameters in place. */
  readonly filledPath: string;
  readonly operation: Operation;
}

/** A request that a description shows. */
export interface RequestExample {
  readonly described: Described;
  readonly type: string;
  readonly name: string;
  /** The body as it goes over the wire. */
  readonly body: string;
}

/** A description, to hold a service against. */
export interface DescribedApi {
  readonly document: OpenApiDocument;
  readonly operations: readonly Described[];
  readonly requests: readonly RequestExample[];
  operation(id: string): Described;
  /** The answer that is described for a status. */
  answer(described: Described, status: number | string): Response | undefined;
  /** What is wrong with an answer of the service; empty where it is as described. */
  misfits(described: Described, answer: TestResponse): readonly unknown[];
  /** Whether a JSON body is as an operation says it takes them. */
  fitsRequest(described: Described, body: unknown): boolean;
  /** Names of the examples of bodies that do not fit the schema beside them. */
  misfittingExamples(): readonly string[];
}

export function openDescribedApi(document: OpenApiDocument): DescribedApi {
  const operations = operationsOf(document);
  const validator = createValidators(document);

  function answer({ operation }: Described, status: number | string): Response | undefined {
    const found = operation.responses[status];
    return found && resolve<Response>(document, found);
  }

  function misfits(described: Described, response: TestResponse): readonly unknown[] {
    const documented = answer(described, response.status);
    if (documented === undefined) return [`status ${response.status} is not described: ${response.body}`];
    const type = response.headers['content-type']?.split(';', 1)[0] ?? '';
    const media = documented.content?.[type];
    if (media === undefined) return [`media type ${type} is not described`];
    const missing = ALWAYS.filter(
      (name) => !(name in (documented.headers ?? {})) || !(name.toLowerCase() in response.headers),
    );
    if (media.schema === undefined || !/^application\/(problem\+)?json$/.test(type)) return missing;
    const validate = validator(media.schema);
    return validate(json(response)) ? missing : (validate.errors ?? []);
  }

  return {
    document,
    operations,
    requests: operations.flatMap(requestExamples),
    answer,
    misfits,
    operation(id) {
      const found = operations.find(({ operation }) => operation.operationId === id);
      if (found === undefined) throw new Error(`no operation ${id} is described`);
      return found;
    },
    fitsRequest({ operation }, body) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      return schema === undefined || validator(schema)(body);
    },
    misfittingExamples: () =>
      operations.flatMap((described) => {
        const { operation, path } = described;
        const answers = Object.keys(operation.responses).map((status) => answer(described, status)?.content);
        const contents = [operation.requestBody?.content, ...answers];
        return contents
          .flatMap((content = {}) => misfitting(content, validator))
          .map((name) => `${path} ${name}`);
      }),
  };
}

/** Headers of every answer. */
const ALWAYS = ['X-Request-Id', 'Server-Timing'];

function operationsOf(document: OpenApiDocument): Described[] {
  return Object.entries(document.paths).flatMap(([path, { get, post }]) => {
    const operation = get ?? post;
    if (operation === undefined) return [];
    return [{ method: get ? 'GET' : 'POST', path, operation, filledPath: fill(document, path, operation) }];
  });
}

function fill(document: OpenApiDocument, path: string, { parameters = [] }: Operation): string {
  return parameters
    .map((each) => resolve<Parameter>(document, each))
    .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path);
}

function resolve<T>(document: OpenApiDocument, value: T | Reference): T {
  if (!(typeof value === 'object' && value !== null && '$ref' in value)) return value as T;
  const names = value.$ref.slice('#/'.length).split('/');
  return names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document) as T;
}

function requestExamples(described: Described): RequestExample[] {
  return Object.entries(described.operation.requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
    Object.entries(examples).map(([name, { value }]) => {
      const body = type === 'application/json' ? JSON.stringify(value) : String(value);
      return { described, type, name, body };
    }),
  );
}

/** Each schema is compiled once. */
function createValidators({ components }: OpenApiDocument): (schema: object) => ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const compiled = new Map<object, ValidateFunction>();
  return (schema) => {
    // References are from the root of a document.
    const validate = compiled.get(schema) ?? ajv.compile({ allOf: [schema], components });
    compiled.set(schema, validate);
    return validate;
  };
}

function misfitting(content: Content, validator: (schema: object) => ValidateFunction): string[] {
  return Object.values(content).flatMap(({ schema, examples = {} }) =>
    Object.entries<Example>(examples)
      .filter(([, { value }]) => schema !== undefined && !validator(schema)(value))
      .map(([name]) => name),
  );
}
