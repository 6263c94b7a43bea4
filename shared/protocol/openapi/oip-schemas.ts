import type { JsonSchema } from '../../core/row-schema';
import type { TensorSpec } from '../../core/signature';
import { OIP_DATATYPES, oipModelMetadata } from '../oip/metadata';
import { anyOf, openObject, schemaRef } from './parts';
import type { ApiSubject } from './subject';

/** The schemas of the Open Inference Protocol. */
export function oipSchemas({ signature, manifest }: ApiSubject): Readonly<Record<string, JsonSchema>> {
  const names = signature.outputs.map(({ name }) => name);
  return {
    ModelNames: openObject({ models: { type: 'array', items: { type: 'string' } } }),
    OipServer: openObject({
      name: { type: 'string' },
      version: { type: 'string' },
      extensions: { type: 'array', items: { type: 'string' } },
    }),
    OipHealth: openObject({ live: { type: 'boolean' }, ready: { type: 'boolean' } }, { required: ['live'] }),
    OipModelReady: openObject({ name: { type: 'string' }, ready: { type: 'boolean' } }),
    OipTensorMetadata: openObject({
      name: { type: 'string' },
      datatype: { enum: Object.values(OIP_DATATYPES) },
      shape: { type: 'array', description: '-1 is a size known only when run', items: { type: 'integer' } },
    }),
    OipModel: {
      ...openObject({
        name: { type: 'string' },
        versions: { type: 'array', items: { type: 'string' } },
        platform: { type: 'string' },
        inputs: { type: 'array', items: schemaRef('OipTensorMetadata') },
        outputs: { type: 'array', items: schemaRef('OipTensorMetadata') },
      }),
      examples: [oipModelMetadata({ name: manifest.name, versions: [manifest.version], signature })],
    },
    OipIndex: {
      type: 'array',
      items: openObject({
        name: { type: 'string' },
        version: { type: 'string' },
        state: { enum: ['READY', 'UNAVAILABLE'] },
        reason: { type: 'string' },
      }),
    },
    OipParameters: PARAMETERS,
    OipRequest: requestSchema(signature.inputs, names),
    OipAnswer: answerSchema(names),
  };
}

const COUNT: JsonSchema = { type: ['integer', 'null'], minimum: 0 };
const FLAG: JsonSchema = { type: ['boolean', 'null'] };

/** Those that have a meaning have a type; others are ignored. */
const PARAMETERS: JsonSchema = {
  type: ['object', 'null'],
  properties: {
    binary_data: FLAG,
    binary_data_output: FLAG,
    binary_data_size: COUNT,
    classification: { ...COUNT, description: 'How many of the highest scores to give, as text' },
    content_type: { type: ['string', 'null'] },
    sequence_id: { type: ['string', 'integer', 'null'], minimum: 0 },
    sequence_start: FLAG,
    sequence_end: FLAG,
    priority: COUNT,
    timeout: COUNT,
  },
  patternProperties: { '^shared_memory_': { type: 'null' } },
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
};

function requestSchema(inputs: readonly TensorSpec[], outputs: readonly string[]): JsonSchema {
  const parameters = schemaRef('OipParameters');
  return openObject(
    {
      id: { type: ['string', 'null'], description: 'Comes back in the answer' },
      parameters,
      inputs: {
        type: 'array',
        description: 'Each input of the model once',
        minItems: inputs.length,
        maxItems: inputs.length,
        items: anyOf(...inputs.map(inputSchema)),
      },
      outputs: {
        type: ['array', 'null'],
        description: 'Those to answer with, in this order; all where absent or empty',
        items: openObject({ name: { enum: outputs }, parameters }, { required: ['name'] }),
      },
    },
    { required: ['inputs'] },
  );
}

function inputSchema({ name, type, shape }: TensorSpec): JsonSchema {
  const sizes = shape.map((size) =>
    typeof size === 'number' ? { const: size } : { type: 'integer', minimum: 0 },
  );
  return openObject(
    {
      name: { const: name },
      datatype: { const: OIP_DATATYPES[type] },
      shape: {
        type: 'array',
        minItems: sizes.length,
        maxItems: sizes.length,
        ...(sizes.length > 0 && { prefixItems: sizes }),
      },
      data: {
        description: `${type} elements, row-major: one list of all, or nested like the shape; absent where they are binary`,
        ...(shape.length > 0 && { type: ['array', 'null'] }),
      },
      parameters: schemaRef('OipParameters'),
    },
    { required: ['name', 'datatype', 'shape'] },
  );
}

function answerSchema(names: readonly string[]): JsonSchema {
  const output = openObject(
    {
      name: { enum: names },
      datatype: { enum: Object.values(OIP_DATATYPES) },
      shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
      data: { type: 'array', description: 'Row-major; absent where the bytes follow the JSON' },
      parameters: { type: 'object' },
    },
    { required: ['name', 'datatype', 'shape'] },
  );
  return openObject(
    {
      id: { type: 'string' },
      model_name: { type: 'string' },
      model_version: { type: 'string' },
      outputs: { type: 'array', items: output },
    },
    { required: ['model_name', 'model_version', 'outputs'] },
  );
}
