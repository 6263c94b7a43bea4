import { exampleFeatures, isImage, isTabular, type TabularManifest } from '../../core/manifest';
import type { JsonSchema } from '../../core/row-schema';
import { bigQueryExample } from './bigquery';
import { BODY_ERRORS, errors } from './errors';
import { imageAnswerExample, imageContent, imageParameters, imageRequestExample } from './images';
import { oipExample } from './oip';
import {
  anyOf,
  body,
  CHOICE_HEADERS,
  CHOICE_PARAMETERS,
  type Content,
  type Example,
  json,
  type Operation,
  ok,
  refTo,
  schemaRef,
} from './parts';
import type { ApiSubject } from './subject';
import { tfsExamples } from './tfs';
import { vertexExample } from './vertex';

/** Predicts for one row. */
export function predictOperation(subject: ApiSubject): Operation {
  return {
    operationId: 'predict',
    tags: ['Prediction'],
    summary: isImage(subject.manifest) ? 'Predict for one image' : 'Predict for one row',
    description:
      'Features by name, or under `features` by name or in their order. A body in the words of another protocol is ' +
      'answered in the same words.',
    parameters: [...imageParameters(subject.manifest), ...PARAMETERS],
    requestBody: body({
      ...predictRequests(subject),
      ...(isImage(subject.manifest) && imageContent({ many: false })),
    }),
    responses: {
      ...ok('The prediction', predictAnswers(subject), CHOICE_HEADERS),
      ...errors('Any', ...STATUSES),
    },
  };
}

/** Predicts for many rows. */
export function predictBatchOperation(subject: ApiSubject): Operation {
  const { manifest } = subject;
  const lines = isTabular(manifest);
  return {
    operationId: 'predictBatch',
    tags: ['Prediction'],
    summary: isImage(manifest) ? 'Predict for many images' : 'Predict for many rows',
    description:
      'Rows are run together and answered in their order. CSV and newline-delimited JSON are answered in kind while ' +
      'they still come; there, a bad row is answered with what is wrong with it. Other protocols are answered in ' +
      'their own words.',
    parameters: [...imageParameters(manifest), ...PARAMETERS],
    requestBody: body({
      ...batchRequests(subject),
      ...(lines && lineRequests(manifest)),
      ...(isImage(manifest) && imageContent({ many: true })),
    }),
    responses: {
      ...ok('The predictions', { ...batchAnswers(subject), ...(lines && LINE_ANSWERS) }, CHOICE_HEADERS),
      ...errors('Any', ...STATUSES),
    },
  };
}

/** Bodies in the words of the other protocols. */
export function foreignRequests(subject: ApiSubject): Content {
  return requests(vertexForms(subject), foreignExamples(subject));
}

/** Answers in the words of the other protocols. */
export function foreignAnswers({ manifest }: ApiSubject): Content {
  if (isImage(manifest)) return answers([schemaRef('ImageInstances')], {});
  return answers(isTabular(manifest) ? [schemaRef('VertexPredictions')] : [], {});
}

/** Bodies of Vertex AI: tensors or rows, and images where they are taken. */
function vertexForms({ manifest }: ApiSubject): JsonSchema[] {
  return [...(isImage(manifest) ? [schemaRef('VertexImages')] : []), schemaRef('VertexRequest')];
}

function predictRequests(subject: ApiSubject): Content {
  const { manifest } = subject;
  if (isImage(manifest)) {
    const examples = { image: imageRequestExample(manifest), ...foreignExamples(subject) };
    return requests([schemaRef('Image'), ...vertexForms(subject)], examples);
  }
  const native = isTabular(manifest) ? [schemaRef('FeaturesByName'), schemaRef('Row')] : [];
  return requests([...native, schemaRef('VertexRequest')], {
    ...(isTabular(manifest) && rowExamples(manifest)),
    ...foreignExamples(subject),
  });
}

function predictAnswers({ manifest }: ApiSubject): Content {
  if (isImage(manifest)) {
    const own = [schemaRef('ImageAnswer'), schemaRef('ImageInstances')];
    return answers(own, { image: imageAnswerExample(manifest) });
  }
  if (!isTabular(manifest)) return answers([], {});
  return answers([schemaRef('PredictAnswer'), schemaRef('VertexPredictions')], {
    row: { summary: 'One row', value: { ...exampleOf(manifest), ...frameOf(manifest) } },
  });
}

const PARAMETERS = [refTo('parameters', 'JsonLength'), ...CHOICE_PARAMETERS];

const STATUSES = [...BODY_ERRORS, 404, 422, 429, 500, 503];

function batchRequests(subject: ApiSubject): Content {
  const { manifest } = subject;
  const { vertex: _, ...foreign } = foreignExamples(subject);
  if (isImage(manifest)) {
    const { image, top_k } = imageRequestExample(manifest).value;
    const images = { summary: 'Images', value: { instances: [{ image }], top_k } };
    return requests([schemaRef('Images'), ...vertexForms(subject).map(asVertex)], { images, ...foreign });
  }
  if (!isTabular(manifest)) return requests([schemaRef('VertexRequest')], foreign);
  const row = exampleFeatures(manifest);
  const value = { instances: [row, Object.values(row), { features: row }] };
  return requests([schemaRef('Rows'), ...vertexForms(subject).map(asVertex)], {
    rows: { summary: 'Rows, each in any form', value },
    ...foreign,
  });
}

/** Instances beside parameters are Vertex AI's; alone they are those of `predictBatch`. */
function asVertex(form: JsonSchema): JsonSchema {
  return { allOf: [form, { required: ['parameters'] }] };
}

function batchAnswers({ manifest }: ApiSubject): Content {
  if (isImage(manifest)) return answers([schemaRef('ImageBatchAnswer'), schemaRef('ImageInstances')], {});
  if (!isTabular(manifest)) return answers([], {});
  return answers([schemaRef('PredictBatchAnswer'), schemaRef('VertexPredictions')], {
    rows: { summary: 'Rows', value: { predictions: [exampleOf(manifest)], ...frameOf(manifest) } },
  });
}

function requests(own: readonly JsonSchema[], examples: Readonly<Record<string, Example>>): Content {
  // Without the name of a signature, instances are those of Vertex AI or rows.
  const tfsRows = { allOf: [schemaRef('TfsRows'), { required: ['signature_name'] }] };
  const foreign = ['TfsColumns', 'OipRequest', 'BigQueryRequest'].map(schemaRef);
  return { ...json(anyOf(...own, tfsRows, ...foreign), examples), 'application/octet-stream': {} };
}

function answers(own: readonly JsonSchema[], examples: Readonly<Record<string, Example>>): Content {
  const foreign = ['TfsPredictions', 'TfsOutputs', 'OipAnswer', 'BigQueryReplies'].map(schemaRef);
  return { ...json(anyOf(...own, ...foreign), examples), 'application/octet-stream': {} };
}

function rowExamples(manifest: TabularManifest): Readonly<Record<string, Example>> {
  const row = exampleFeatures(manifest);
  return {
    byName: { summary: 'Features by name', value: { features: row } },
    byPosition: { summary: 'Features in their order', value: { features: Object.values(row) } },
    bare: { summary: 'Nothing but features', value: row },
  };
}

function foreignExamples(subject: ApiSubject): Readonly<Record<string, Example>> {
  const oip = oipExample(subject);
  const vertex = vertexExample(subject);
  const tfs = tfsExamples(subject);
  const bigquery = bigQueryExample(subject);
  return {
    ...(vertex && { vertex }),
    ...(tfs && { tfs: tfs.columns }),
    ...(oip && { oip }),
    ...(bigquery && { bigquery }),
  };
}

function lineRequests(manifest: TabularManifest): Content {
  const row = exampleFeatures(manifest);
  const csv = `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`;
  const schema = { type: 'string', minLength: 1 };
  return {
    'text/csv': {
      schema,
      examples: { csv: { summary: 'A header and rows; other columns go through', value: csv } },
    },
    'application/x-ndjson': {
      schema,
      examples: { ndjson: { summary: 'A row in each line', value: `${JSON.stringify(row)}\n` } },
    },
  };
}

const LINE_ANSWERS: Content = {
  'text/csv': { schema: { type: 'string' } },
  'application/x-ndjson': { schema: { type: 'string' } },
};

/** What an answer looks like: the numbers are not the model's. */
function exampleOf({ task, classes = [] }: TabularManifest): Readonly<Record<string, unknown>> {
  if (task === 'regression') return { prediction: 0.5 };
  const rest = classes.length > 1 ? 0.1 / (classes.length - 1) : 0;
  const probabilities = classes.map((_, index) => (index === 0 ? 1 - (classes.length > 1 ? 0.1 : 0) : rest));
  return { prediction: 0, prediction_label: classes[0], confidence: probabilities[0], probabilities };
}

function frameOf({ name, version }: TabularManifest): Readonly<Record<string, unknown>> {
  const request_id = 'f5cd1a43-0b0f-4a8a-9a6e-1b1d0b8c8e0e';
  return { model_name: name, model_version: version, deployment_type: 'cloud_function', request_id };
}
