// The pieces that an OpenAPI 3.1 description is made of, as far as this package needs them.
import type { JsonSchema } from '../../core/row-schema';

/** Where a description, a header or a schema is written once. */
export interface Reference {
  readonly $ref: string;
}

/** A value that a body may have, shown to people and sent by those who test. */
export interface Example {
  readonly summary?: string;
  readonly value: unknown;
}

/** What a body of one media type is like; nothing is said of bytes. */
export interface MediaType {
  readonly schema?: JsonSchema;
  readonly examples?: Readonly<Record<string, Example>>;
}

/** Bodies by media type. */
export type Content = Readonly<Record<string, MediaType>>;

/** One answer. */
export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content?: Content;
}

/** Answers by status, or `default`. */
export type Responses = Readonly<Record<string, Response | Reference>>;

/** What a path, a query or a header says. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** Ways to be let in, each of them enough. An empty one asks for nothing, and so does an empty list. */
export type Requirements = readonly Readonly<Record<string, readonly string[]>>[];

/** What one method does at one path. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  /** What is asked for here; what the whole document says when absent. */
  readonly security?: Requirements;
  readonly requestBody?: {
    readonly description?: string;
    readonly required: boolean;
    readonly content: Content;
  };
  readonly responses: Responses;
}

/** What can be done at one path; each has one method. */
export interface PathItem {
  readonly get?: Operation;
  readonly post?: Operation;
}

/** What can be done, by path or template. */
export type Paths = Readonly<Record<string, PathItem>>;

type Section = 'schemas' | 'responses' | 'parameters' | 'headers';

/** Refers to what stands once in `components`. */
export function refTo(section: Section, name: string): Reference {
  return { $ref: `#/components/${section}/${name}` };
}

/** Refers to a schema of `components`. */
export function schemaRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** A body in JSON. */
export function json(schema: JsonSchema, examples?: Readonly<Record<string, Example>>): Content {
  return { 'application/json': examples === undefined ? { schema } : { schema, examples } };
}

/** Headers that every answer has. */
export const ANSWER_HEADERS = {
  'X-Request-Id': refTo('headers', 'RequestId'),
  'Server-Timing': refTo('headers', 'ServerTiming'),
};

/** What a request for predictions may say beside its body. */
export const CHOICE_PARAMETERS: readonly Reference[] = ['AskedVersion', 'RoutingKey', 'RequestId'].map(
  (name) => refTo('parameters', name),
);

/** Headers that an answer of a model has besides. */
export const CHOICE_HEADERS = {
  'X-Model-Version': refTo('headers', 'ModelVersion'),
  'X-Version-Reason': refTo('headers', 'VersionReason'),
};

/** An answer of status 200. */
export function ok(description: string, content: Content, headers: Response['headers'] = {}): Responses {
  return { 200: { description, headers: { ...ANSWER_HEADERS, ...headers }, content } };
}

/** A body that must be there. */
export function body(content: Content, description?: string): NonNullable<Operation['requestBody']> {
  return { ...(description !== undefined && { description }), required: true, content };
}

/** An object with exactly these members, all of them needed. */
export function exactObject(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    type: 'object',
    required: Object.keys(properties),
    additionalProperties: false,
    properties,
  };
}

/** An object with at least these members. */
export function openObject(
  properties: Readonly<Record<string, JsonSchema>>,
  { required = Object.keys(properties) }: { readonly required?: readonly string[] } = {},
): JsonSchema {
  return { type: 'object', ...(required.length > 0 && { required }), properties };
}

/** The schema of a value that fits any of several; the only one itself where there is but one. */
export function anyOf(...schemas: readonly JsonSchema[]): JsonSchema {
  const [first] = schemas;
  return first !== undefined && schemas.length === 1 ? first : { anyOf: schemas };
}

/** The schema that nothing fits; `false` says the same, but not to every tool. */
export const NEVER: JsonSchema = { not: {} };
