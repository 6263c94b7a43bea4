import { isTabular, type TabularManifest } from '../../core/manifest';
import { type JsonSchema, rowSchemas } from '../../core/row-schema';
import { anyOf, openObject, schemaRef } from './parts';
import type { ApiSubject } from './subject';

/** Every form that a row may have in a list of rows. */
export function rowForms(): readonly JsonSchema[] {
  return [schemaRef('FeaturesByName'), schemaRef('FeaturesByPosition'), schemaRef('Row')];
}

/** The schemas of rows and of what is predicted for them; none for a model of tensors. */
export function rowsSchemas({ manifest }: ApiSubject): Readonly<Record<string, JsonSchema>> {
  if (!isTabular(manifest)) return {};
  const { byName, byPosition } = rowSchemas(manifest);
  const features = anyOf(schemaRef('FeaturesByName'), schemaRef('FeaturesByPosition'));
  const prediction = predictionMembers(manifest);
  return {
    FeaturesByName: byName,
    FeaturesByPosition: byPosition,
    Row: withVersion(manifest, { features }),
    Rows: withVersion(manifest, { instances: { type: 'array', minItems: 1, items: anyOf(...rowForms()) } }),
    Prediction: openObject(prediction),
    PredictAnswer: openObject(
      { ...prediction, ...FRAME },
      { required: Object.keys({ ...prediction, ...NEEDED }) },
    ),
    PredictBatchAnswer: openObject(
      { predictions: { type: 'array', items: schemaRef('Prediction') }, ...FRAME },
      { required: ['predictions', ...Object.keys(NEEDED)] },
    ),
  };
}

/** A body may name the version, or an alias; of those, only the version that is described is known here. */
function withVersion(
  { version }: TabularManifest,
  members: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  return {
    type: 'object',
    required: Object.keys(members),
    additionalProperties: false,
    properties: { ...members, model_version: { type: 'string', enum: [version] } },
  };
}

const NUMBER: JsonSchema = { type: ['number', 'null'] };

/** JSON has no NaN and no infinities: they are null. */
function predictionMembers({ task, classes = [] }: TabularManifest): Readonly<Record<string, JsonSchema>> {
  if (task === 'regression') return { prediction: { ...NUMBER, description: 'The predicted number' } };
  const probabilities = { type: 'array', minItems: classes.length, maxItems: classes.length, items: NUMBER };
  return {
    prediction: {
      type: 'integer',
      minimum: 0,
      maximum: classes.length - 1,
      description: 'The index of the class',
    },
    prediction_label: { enum: classes },
    confidence: { ...NUMBER, description: 'The probability of the predicted class' },
    probabilities: { ...probabilities, description: `In the order ${classes.join(', ')}` },
  };
}

const NEEDED: Readonly<Record<string, JsonSchema>> = {
  model_name: { type: 'string' },
  model_version: { type: 'string' },
  deployment_type: { enum: ['cloud_function', 'cloud_run', 'vertex_ai', 'local'] },
  request_id: { type: 'string' },
};

/** What every answer says besides. */
const FRAME: Readonly<Record<string, JsonSchema>> = {
  ...NEEDED,
  warnings: {
    type: 'array',
    description: 'Values outside the range seen in training',
    items: schemaRef('FieldError'),
  },
};
