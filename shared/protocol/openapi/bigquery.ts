import { isTabular, type TabularManifest } from '../../core/manifest';
import { type JsonSchema, rowSchemas } from '../../core/row-schema';
import { anyOf, type Example, exactObject, NEVER, openObject } from './parts';
import { type ApiSubject, exampleTensors, firstRow } from './subject';

/** A call of a remote function for the example of the model. */
export function bigQueryExample(subject: ApiSubject): Example | undefined {
  const call = exampleCall(subject);
  if (call === undefined) return undefined;
  const { name, version } = subject.manifest;
  return {
    summary: 'BigQuery remote function',
    value: {
      requestId: '124ab1c',
      caller: '//bigquery.googleapis.com/projects/p/jobs/p:US.bquxjob_5b4c112c_17961fafeaf',
      sessionUser: 'ana@example.com',
      userDefinedContext: { model: name, version },
      calls: [call],
    },
  };
}

/** The schemas of BigQuery's remote functions. */
export function bigQuerySchemas({ manifest }: ApiSubject): Readonly<Record<string, JsonSchema>> {
  // The arguments of a model of tensors have as many forms as its tensors.
  const call = isTabular(manifest) ? callSchema(manifest) : { type: 'array' };
  return {
    BigQueryRequest: openObject(
      {
        requestId: {},
        userDefinedContext: CONTEXT,
        calls: { type: 'array', description: 'The arguments of each call', items: call },
        inputs: NEVER,
      },
      { required: ['calls'] },
    ),
    BigQueryReplies: exactObject({
      replies: {
        type: 'array',
        description: 'One for each call, in their order; null for a call with a NULL',
        items: {},
      },
    }),
  };
}

function exampleCall(subject: ApiSubject): readonly unknown[] | undefined {
  const { manifest, signature } = subject;
  if (isTabular(manifest)) return manifest.features.map(({ example }) => example);
  const tensors = exampleTensors(subject);
  const [spec, ...others] = signature.inputs;
  const tensor = spec && tensors?.[spec.name];
  // A number in a row has no form of its own here.
  return tensor === undefined || others.length > 0 || tensor.dims.length < 2 ? undefined : [firstRow(tensor)];
}

/** Chooses a model and what comes back. */
const CONTEXT: JsonSchema = {
  ...openObject(
    {
      model: { type: 'string' },
      version: { type: 'string', description: 'A version or an alias' },
      returns: { enum: ['json', 'string', 'prediction'] },
    },
    { required: [] },
  ),
  type: ['object', 'null'],
  additionalProperties: { type: 'string' },
};

/** The features as so many arguments, or as one JSON argument. */
function callSchema(manifest: TabularManifest): JsonSchema {
  const values = argumentSchemas(manifest);
  const count = values.length;
  const names = manifest.features.map(({ name }) => name);
  const byPosition = { type: 'array', minItems: count, maxItems: count, prefixItems: values };
  const byName = exactObject(Object.fromEntries(names.map((name, index) => [name, values[index] ?? {}])));
  const row = anyOf(byName, byPosition, { type: 'null' });
  return anyOf(byPosition, { type: 'array', minItems: 1, maxItems: 1, items: row });
}

/** BigQuery writes NUMERIC and large INT64 as text, and NaN too. */
function argumentSchemas(manifest: TabularManifest): readonly JsonSchema[] {
  const { prefixItems } = rowSchemas(manifest).byPosition as { readonly prefixItems: readonly JsonSchema[] };
  return prefixItems.map((value) => {
    const type = [value['type']].flat()[0];
    const text = type === 'number' || type === 'integer' ? { pattern: TEXT[type] } : undefined;
    return anyOf(value, { type: 'null' }, ...(text === undefined ? [] : [{ type: 'string', ...text }]));
  });
}

const TEXT = { number: '^(-?\\d{1,30}(\\.\\d{1,30})?|NaN)$', integer: '^(-?\\d{1,15}|NaN)$' } as const;
