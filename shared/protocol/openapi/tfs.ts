import type { JsonSchema } from '../../core/row-schema';
import type { TensorSpec } from '../../core/signature';
import { tfsMetadata, tfsStatus } from '../tfs/metadata';
import { BODY_ERRORS, errors } from './errors';
import {
  anyOf,
  body,
  type Example,
  exactObject,
  json,
  NEVER,
  type Operation,
  ok,
  openObject,
  type Paths,
  refTo,
  schemaRef,
} from './parts';
import { type ApiSubject, exampleTensors, firstRow, nestedValues } from './subject';
import { bounds, inputElement, nested, nestedOutput } from './tensors';

const TAG = 'TensorFlow Serving';

/** The addresses of TensorFlow Serving's REST API, and of KServe's first protocol. */
export function tfsPaths(subject: ApiSubject): Paths {
  const names = json(schemaRef('ModelNames'), { example: { value: { models: [subject.manifest.name] } } });
  return {
    '/v1/models': {
      get: {
        operationId: 'tfsModels',
        tags: [TAG],
        summary: 'The models of the registry',
        responses: { ...ok('Their names', names), ...errors('Error', 503) },
      },
    },
    ...modelPaths(subject, { path: '/v1/models/{model}', id: '', names: ['Model'] }),
    ...modelPaths(subject, {
      path: '/v1/models/{model}/versions/{version}',
      id: 'Version',
      names: ['Model', 'Version'],
    }),
    ...modelPaths(subject, {
      path: '/v1/models/{model}/labels/{label}',
      id: 'Label',
      names: ['Model', 'Label'],
    }),
  };
}

/** Requests for the example of the model, by row and by column. */
export function tfsExamples(subject: ApiSubject): Readonly<Record<'rows' | 'columns', Example>> | undefined {
  const tensors = exampleTensors(subject);
  const given = subject.signature.inputs.flatMap(({ name }) => {
    const tensor = tensors?.[name];
    return tensor === undefined || tensor.dims.length === 0 ? [] : [{ name, tensor }];
  });
  if (given.length < subject.signature.inputs.length) return undefined;
  const row = Object.fromEntries(given.map(({ name, tensor }) => [name, firstRow(tensor)]));
  const columns = Object.fromEntries(given.map(({ name, tensor }) => [name, nestedValues(tensor)]));
  return {
    rows: { summary: 'TensorFlow Serving, by row', value: { instances: [bare(row)] } },
    columns: { summary: 'TensorFlow Serving, by column', value: { inputs: bare(columns) } },
  };
}

/** The schemas of TensorFlow Serving's bodies. */
export function tfsSchemas(subject: ApiSubject): Readonly<Record<string, JsonSchema>> {
  const { inputs, outputs } = subject.signature;
  const { name, version } = subject.manifest;
  const metadata = tfsMetadata({ name, version, signature: subject.signature });
  return {
    TfsRows: rowsSchema(inputs),
    TfsColumns: columnsSchema(inputs),
    TfsPredictions: exactObject({ predictions: { type: 'array', items: answerOf(outputs, 1) } }),
    TfsOutputs: exactObject({ outputs: answerOf(outputs, 0) }),
    TfsStatus: {
      ...openObject({
        name: { type: 'string' },
        ready: { type: 'boolean' },
        model_version_status: { type: 'array', items: STATUS },
      }),
      examples: [statusOf(subject)],
    },
    TfsMetadata: {
      ...openObject({
        model_spec: openObject({ name: { type: 'string' }, version: { type: 'string' } }),
        metadata: openObject({ signature_def: { type: 'object' } }),
      }),
      examples: [metadata],
    },
  };
}

/** Rows as `instances` has them: bare where the model has one input, or objects of all inputs; never mixed. */
export function instancesSchema(inputs: readonly TensorSpec[]): JsonSchema {
  const rowOf = ({ type, shape }: TensorSpec) => nested(shape.slice(1), inputElement(type));
  const named = exactObject(Object.fromEntries(inputs.map((spec) => [spec.name, rowOf(spec)])));
  const [only, ...others] = inputs;
  const count = bounds(only?.shape[0]);
  const list = (items: JsonSchema): JsonSchema => ({ type: 'array', ...count, items });
  return only !== undefined && others.length === 0 ? anyOf(list(rowOf(only)), list(named)) : list(named);
}

function bare(values: Readonly<Record<string, unknown>>): unknown {
  const [only, ...others] = Object.values(values);
  return others.length === 0 ? only : values;
}

interface ModelPath {
  readonly path: string;
  readonly id: string;
  readonly names: readonly string[];
}

function modelPaths(subject: ApiSubject, { path, id, names }: ModelPath): Paths {
  const parameters = names.map((name) => refTo('parameters', name));
  const { name, version } = subject.manifest;
  const metadata = tfsMetadata({ name, version, signature: subject.signature });
  const show = (what: string, summary: string, schema: string, value: unknown): Operation => ({
    operationId: `tfs${id}${what}`,
    tags: [TAG],
    summary,
    parameters,
    responses: {
      ...ok(summary, json(schemaRef(schema), { example: { value } })),
      ...errors('Error', 404, 503),
    },
  });
  const missing = (what: string): Operation => ({
    operationId: `tfs${id}${what}`,
    tags: [TAG, 'Not implemented'],
    summary: `${what} TensorFlow's own examples: not implemented`,
    parameters,
    responses: errors('Error', 501),
  });
  return {
    [`${path}:predict`]: { post: predict(subject, `tfs${id}Predict`, parameters) },
    [`${path}:classify`]: { post: missing('Classify') },
    [`${path}:regress`]: { post: missing('Regress') },
    [path]: {
      get: show('Status', 'Whether versions of the model are loaded', 'TfsStatus', statusOf(subject)),
    },
    [`${path}/metadata`]: {
      get: show('Metadata', 'Inputs and outputs of the model', 'TfsMetadata', metadata),
    },
  };
}

function predict(
  subject: ApiSubject,
  operationId: string,
  parameters: NonNullable<Operation['parameters']>,
): Operation {
  const schema = anyOf(schemaRef('TfsRows'), schemaRef('TfsColumns'));
  return {
    operationId,
    tags: [TAG],
    summary: 'Run the model on tensors',
    description:
      'By row (`instances` gives `predictions`) or by column (`inputs` gives `outputs`). An only output has no name.',
    parameters: [...parameters, refTo('parameters', 'RequestId')],
    requestBody: body(json(schema, tfsExamples(subject))),
    responses: {
      ...ok('The outputs of the model', json(anyOf(schemaRef('TfsPredictions'), schemaRef('TfsOutputs')))),
      ...errors('Error', ...BODY_ERRORS, 404, 429, 500, 503),
    },
  };
}

function statusOf({ manifest: { name, version } }: ApiSubject): object {
  return tfsStatus({ name, versions: [{ version, state: 'AVAILABLE' }], ready: true });
}

const SIGNATURE_NAME: JsonSchema = { enum: ['', 'serving_default'] };

function rowsSchema(inputs: readonly TensorSpec[]): JsonSchema {
  const properties = { instances: instancesSchema(inputs), signature_name: SIGNATURE_NAME, inputs: NEVER };
  return { type: 'object', required: ['instances'], properties };
}

function columnsSchema(inputs: readonly TensorSpec[]): JsonSchema {
  const columnOf = ({ type, shape }: TensorSpec) => nested(shape, inputElement(type));
  const named = exactObject(Object.fromEntries(inputs.map((spec) => [spec.name, columnOf(spec)])));
  const [only, ...others] = inputs;
  const columns = only !== undefined && others.length === 0 ? anyOf(columnOf(only), named) : named;
  return {
    type: 'object',
    required: ['inputs'],
    properties: { inputs: columns, signature_name: SIGNATURE_NAME, instances: NEVER },
  };
}

/** An object of all outputs, or the only one bare. */
function answerOf(outputs: readonly TensorSpec[], from: number): JsonSchema {
  const [only, ...others] = outputs;
  if (only !== undefined && others.length === 0) return nestedOutput(only, { from });
  // Vertex AI may ask for one output of several, which is then bare.
  return {
    type: ['object', 'array', 'number', 'string', 'boolean', 'null'],
    properties: Object.fromEntries(outputs.map((spec) => [spec.name, nestedOutput(spec, { from })])),
  };
}

const STATUS: JsonSchema = openObject({
  version: { type: 'string' },
  state: { enum: ['UNKNOWN', 'START', 'LOADING', 'AVAILABLE', 'UNLOADING', 'END'] },
  status: openObject({ error_code: { type: 'string' }, error_message: { type: 'string' } }),
});
