import { isImage, isTabular } from '../../core/manifest';
import type { JsonSchema } from '../../core/row-schema';
import { errors } from './errors';
import { predictUrlOperation } from './images';
import {
  type Content,
  json,
  type Operation,
  ok,
  openObject,
  type PathItem,
  type Paths,
  refTo,
  schemaRef,
} from './parts';
import { predictBatchOperation, predictOperation } from './predict';
import type { ApiSubject } from './subject';

/** The addresses of this package's own. */
export function nativePaths(subject: ApiSubject): Paths {
  const info = (operationId: string): PathItem =>
    get(operationId, 'About', 'What the model is and takes, and which versions answer', {
      content: json(schemaRef('ModelInfo')),
      statuses: [404, 503],
      parameters: [refTo('parameters', 'AskedVersion')],
    });
  const page = (operationId: string, summary: string): PathItem =>
    get(operationId, 'About', summary, { content: HTML, statuses: [404] });
  return {
    '/': get('status', 'About', 'That the service is there; the playground for browsers', {
      content: { ...json(schemaRef('Status'), STATUS_EXAMPLE), ...HTML },
      statuses: [404],
    }),
    '/predict': { post: predictOperation(subject) },
    '/predict/url': { post: predictUrlOperation(subject) },
    '/predict/batch': { post: predictBatchOperation(subject) },
    '/model-info': info('modelInfo'),
    '/model/info': info('modelInfoAlias'),
    '/health': get('health', 'Operation', 'Whether the process answers', {
      content: json(schemaRef('Status'), { example: { value: { status: 'healthy' } } }),
    }),
    '/ready': get('ready', 'Operation', 'Whether the model is loaded; begins to load it', {
      content: json(schemaRef('Status'), { example: { value: { status: 'ready' } } }),
      statuses: [503],
    }),
    '/metrics': get('metrics', 'Operation', 'Metrics for Prometheus', {
      content: { 'text/plain': { schema: { type: 'string' } } },
    }),
    '/docs': page('docs', 'This description in Swagger UI'),
    '/redoc': page('redoc', 'This description in Redoc'),
    '/openapi.json': get('openapi', 'About', 'This description', {
      content: json({ type: 'object', required: ['openapi', 'info', 'paths'] }),
      statuses: [503],
    }),
  };
}

/** The schemas of what these addresses answer, predictions apart. */
export function nativeSchemas({ manifest }: ApiSubject): Readonly<Record<string, JsonSchema>> {
  return {
    Status: openObject(
      {
        status: { enum: ['healthy', 'ready'] },
        service: { type: 'string' },
        model_loaded: { type: 'boolean' },
      },
      { required: ['status'] },
    ),
    TensorSpec: openObject({
      name: { type: 'string' },
      type: { type: 'string', examples: ['float32'] },
      shape: {
        type: 'array',
        description: 'A name is a size known only when run',
        items: { type: ['integer', 'string'] },
      },
    }),
    ModelInfo: openObject(
      { ...INFO, ...(isTabular(manifest) && ROWS_INFO), ...(isImage(manifest) && IMAGE_INFO) },
      { required: [...NEEDED, ...(isTabular(manifest) ? Object.keys(ROWS_INFO) : [])] },
    ),
  };
}

const HTML: Content = { 'text/html': { schema: { type: 'string' } } };

const STATUS_EXAMPLE = {
  example: { value: { status: 'healthy', service: 'onnx-functions', model_loaded: true } },
};

interface GetOptions {
  readonly content: Content;
  readonly statuses?: readonly number[];
  readonly parameters?: Operation['parameters'];
}

function get(operationId: string, tag: string, summary: string, options: GetOptions): PathItem {
  const { content, statuses = [], parameters } = options;
  const responses = { ...ok(summary, content), ...errors('Problem', ...statuses) };
  return { get: { operationId, tags: [tag], summary, ...(parameters && { parameters }), responses } };
}

const TENSORS: JsonSchema = { type: 'array', items: schemaRef('TensorSpec') };

const INFO: Readonly<Record<string, JsonSchema>> = {
  name: { type: 'string' },
  version: { type: 'string' },
  task: { enum: ['classification', 'regression', 'image-classification', 'tensors'] },
  description: { type: 'string' },
  signature: openObject({ inputs: TENSORS, outputs: TENSORS }),
  training: { type: 'object', description: 'How the model came to be, and how good it was' },
  artifact: openObject({ bytes: { type: 'integer' }, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } }),
  versions: { type: 'array', description: 'Lowest first', items: { type: 'string' } },
  loaded: { type: 'boolean' },
  routing: openObject(
    {
      answering: {
        type: 'object',
        description: 'Percent of the requests that ask for no version, by version',
        additionalProperties: { type: 'number' },
      },
      aliases: { type: 'object', additionalProperties: { type: 'string' } },
      traffic: { type: 'object', additionalProperties: { type: 'number' } },
      shadow: openObject({ version: { type: 'string' }, percent: { type: 'number' } }),
    },
    { required: ['answering', 'aliases'] },
  ),
  limits: openObject({ max_body_bytes: { type: 'integer' }, max_rows: { type: 'integer' } }),
  deployment_type: { type: 'string' },
  links: { type: 'object', additionalProperties: { type: 'string' } },
  request_id: { type: 'string' },
};

const NEEDED = [
  'name',
  'version',
  'task',
  'artifact',
  'versions',
  'routing',
  'loaded',
  'limits',
  'links',
  'request_id',
];

/** What a model of images has besides. */
const IMAGE_INFO: Readonly<Record<string, JsonSchema>> = {
  classes: { type: 'array', items: { type: 'string' } },
  image: { type: 'object', description: 'How an image becomes the input tensor' },
  top_k: { type: 'integer', description: 'How many classes are answered where a request does not say' },
};

/** What a model of rows has besides. */
const ROWS_INFO: Readonly<Record<string, JsonSchema>> = {
  features: {
    type: 'array',
    items: openObject(
      {
        name: { type: 'string' },
        description: { type: 'string' },
        unit: { type: 'string' },
        range: { type: 'array', minItems: 2, maxItems: 2, items: { type: 'number' } },
        categories: { type: 'array', items: { type: 'string' } },
        nullable: { type: 'boolean' },
        example: { type: ['number', 'string', 'boolean'] },
      },
      { required: ['name', 'example'] },
    ),
  },
  example: openObject({ features: schemaRef('FeaturesByName') }),
  bigquery: openObject({
    create_function: { type: 'string', description: 'The statement that makes a SQL function of the model' },
  }),
};
