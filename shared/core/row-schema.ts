import type { Feature, TabularManifest } from './manifest';
import { inputOf } from './manifest';
import { isIntegerType, NUMBER_RANGES } from './rows';

/** A JSON Schema (the part of 2020-12 that OpenAPI 3.1 and AJV share). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas of one row, one for each way to write it. */
export interface RowSchemas {
  /** `{name: value, …}` */
  readonly byName: JsonSchema;
  /** `[value, …]` in feature order */
  readonly byPosition: JsonSchema;
}

/** Derives from a manifest what one row of a request must be. */
export function rowSchemas(manifest: TabularManifest): RowSchemas {
  const values = manifest.features.map((feature) => featureSchema(manifest, feature));
  const names = manifest.features.map(({ name }) => name);
  return {
    byName: {
      type: 'object',
      required: names,
      additionalProperties: false,
      properties: Object.fromEntries(names.map((name, index) => [name, values[index]])),
    },
    byPosition: { type: 'array', minItems: values.length, maxItems: values.length, prefixItems: values },
  };
}

function featureSchema(manifest: TabularManifest, feature: Feature): JsonSchema {
  const { description, unit, categories } = feature;
  return {
    ...(description !== undefined && { description }),
    ...valueSchema(manifest, feature),
    ...(unit !== undefined && { 'x-unit': unit }),
    ...(categories !== undefined && { enum: categories }),
    examples: [feature.example],
  };
}

function valueSchema(manifest: TabularManifest, feature: Feature): JsonSchema {
  const type = inputOf(manifest, feature)?.type ?? 'float32';
  if (type === 'string') return { type: 'string' };
  if (type === 'bool') return { type: 'boolean' };
  const name = isIntegerType(type) ? 'integer' : 'number';
  const [minimum, maximum] = NUMBER_RANGES[type] ?? [];
  const allowsNull = feature.nullable === true && name === 'number';
  return { type: allowsNull ? [name, 'null'] : name, minimum, maximum };
}
