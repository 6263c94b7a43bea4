import { type ImageManifest, isImage, type Manifest } from '../../core/manifest';
import type { JsonSchema } from '../../core/row-schema';
import { BODY_ERRORS, errors } from './errors';
import {
  anyOf,
  body,
  CHOICE_PARAMETERS,
  type Content,
  type Example,
  exactObject,
  json,
  type Operation,
  ok,
  openObject,
  type Parameter,
  schemaRef,
} from './parts';
import type { ApiSubject } from './subject';

/** Predicts for an image behind a URL; a model that takes no images has nothing to say to it. */
export function predictUrlOperation({ manifest }: ApiSubject): Operation {
  const refusals = errors('Any', ...BODY_ERRORS, 404, 422, 503);
  const request = withTopK({ url: { type: 'string' } });
  const operation = {
    operationId: 'predictUrl',
    parameters: [...imageParameters(manifest), ...CHOICE_PARAMETERS],
    requestBody: body(json(request)),
  };
  if (!isImage(manifest)) {
    const summary = 'Predict for an image behind a URL: this model takes none';
    return { ...operation, tags: ['Prediction', 'Not implemented'], summary, responses: refusals };
  }
  return {
    ...operation,
    tags: ['Prediction'],
    summary: 'Predict for an image behind a URL',
    description: 'The service fetches it where its configuration allows the host.',
    responses: { ...ok('The likeliest classes', json(schemaRef('ImageAnswer'))), ...refusals },
  };
}

/** What the query may say where images are taken; nothing for another model. */
export function imageParameters(manifest: Manifest): readonly Parameter[] {
  if (!isImage(manifest)) return [];
  const { top_k: usual } = manifest;
  const schema = { ...TOP_K, ...(usual !== undefined && { default: usual }) };
  return [{ name: 'top_k', in: 'query', description: 'As `top_k` in the body, which comes first', schema }];
}

/** The schemas of images and of what is predicted for them; none for another model. */
export function imageSchemas({ manifest }: ApiSubject): Readonly<Record<string, JsonSchema>> {
  if (!isImage(manifest)) return {};
  const classes = { type: 'array', items: schemaRef('ImagePrediction') };
  return {
    Base64: exactObject({ b64: { type: 'string', contentEncoding: 'base64', minLength: 1 } }),
    Image: anyOf(withTopK({ image: schemaRef('Base64') }), withTopK({ url: { type: 'string' } })),
    ImageSource: anyOf(exactObject({ image: schemaRef('Base64') }), exactObject({ url: { type: 'string' } })),
    Images: withTopK({ instances: { type: 'array', minItems: 1, items: schemaRef('ImageSource') } }),
    VertexImages: openObject(
      {
        instances: {
          type: 'array',
          minItems: 1,
          items: anyOf(schemaRef('Base64'), schemaRef('ImageSource')),
        },
        parameters: openObject({ top_k: TOP_K }, { required: [] }),
      },
      { required: ['instances'] },
    ),
    ImagePrediction: openObject({
      class_id: { type: 'integer', minimum: 0, maximum: manifest.classes.length - 1 },
      label: { type: 'string' },
      confidence: { type: ['number', 'null'] },
    }),
    ImageAnswer: openObject({ predictions: { ...classes, description: 'The likeliest first' }, ...FRAME }),
    ImageBatchAnswer: openObject({
      predictions: { type: 'array', description: 'In the order of the images', items: classes },
      ...FRAME,
    }),
    ImageInstances: openObject({ predictions: { type: 'array', items: classes } }),
  };
}

/** Bodies that are an image, or a form with some. */
export function imageContent({ many }: { readonly many: boolean }): Content {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  const files = many ? { type: 'array', minItems: 1, items: file } : file;
  return {
    'multipart/form-data': { schema: openObject({ file: files, top_k: TOP_K }, { required: ['file'] }) },
    'image/*': {},
  };
}

/** A body with an image, which is of a single grey pixel: it shows the form. */
export function imageRequestExample({ top_k = 1 }: ImageManifest) {
  return { summary: 'An image', value: { image: { b64: GREY_PIXEL }, top_k } };
}

/** The same in the words of Vertex AI. */
export function vertexImageExample({ top_k = 1 }: ImageManifest): Example {
  return {
    summary: 'Vertex AI',
    value: { instances: [{ b64: GREY_PIXEL }], parameters: { top_k } },
  };
}

/** A PNG of one pixel. */
const GREY_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVQI12NoAAAAggCB3UNq9AAAAABJRU5ErkJggg==';

/** An answer as it may be: the numbers are not the model's. */
export function imageAnswerExample(manifest: ImageManifest): Example {
  const { name, version, classes } = manifest;
  return {
    summary: 'An image',
    value: {
      predictions: [{ class_id: 0, label: classes[0], confidence: 0.9 }],
      inference_time_ms: 1.2,
      preprocessing_time_ms: 3.4,
      model_name: name,
      model_version: version,
      deployment_type: 'cloud_function',
      request_id: 'f5cd1a43-0b0f-4a8a-9a6e-1b1d0b8c8e0e',
    },
  };
}

const TOP_K: JsonSchema = { type: 'integer', minimum: 1, description: 'How many classes to answer with' };

/** An object with exactly these members, and perhaps `top_k`. */
function withTopK(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const required = Object.keys(properties);
  return { ...exactObject({ ...properties, top_k: TOP_K }), required };
}

/** What every answer says besides. */
const FRAME: Readonly<Record<string, JsonSchema>> = {
  inference_time_ms: { type: 'number' },
  preprocessing_time_ms: { type: 'number' },
  model_name: { type: 'string' },
  model_version: { type: 'string' },
  deployment_type: { enum: ['cloud_function', 'cloud_run', 'vertex_ai', 'local'] },
  request_id: { type: 'string' },
};
