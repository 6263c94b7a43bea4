// The addresses of other protocols. A model name in them may be followed by a version or, with TensorFlow Serving, a label.
import type { Protocol } from '../../protocol/error-shape';
import type { Endpoint } from '../endpoint';
import type { Exchange } from '../exchange';
import type { InferenceParts } from '../inference';
import type { ModelRef } from '../models/model-choice';
import {
  oipIndex,
  oipInfer,
  oipLive,
  oipMissing,
  oipModel,
  oipModelReady,
  oipModels,
  oipReady,
  oipServer,
} from './oip';
import { tfsMissing, tfsModel, tfsModelMetadata, tfsPredict } from './tfs';

type Route = [template: string, endpoint: Endpoint];

/** What answers for one model. */
type ModelAnswer = (
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
) => ReturnType<Endpoint['answer']>;

/** The routes of the Open Inference Protocol (v2), with and without a version. */
export function oipRoutes(parts: InferenceParts): Route[] {
  const route = createRoute(parts, 'oip');
  const models = ['/v2/models/{model}', '/v2/models/{model}/versions/{version}'];
  const probe = { method: 'GET', isProbe: true, area: 'health' } as const;
  return [
    plain('/v2', 'oip', { method: 'GET', isProbe: true, answer: oipServer }),
    plain('/v2/health/live', 'oip', { ...probe, answer: oipLive }),
    plain('/v2/health/ready', 'oip', { ...probe, isReadiness: true, answer: () => oipReady(parts) }),
    plain('/v2/models', 'oip', { method: 'GET', answer: (exchange) => oipModels(parts, exchange) }),
    plain('/v2/models/stats', 'oip', { method: 'GET', answer: () => oipMissing('statistics') }),
    plain('/v2/repository/index', 'oip', {
      method: 'POST',
      answer: (exchange) => oipIndex(parts, exchange),
    }),
    ...models.flatMap((model) => [
      route('POST', `${model}/infer`, oipInfer),
      route('GET', model, oipModel),
      route('GET', `${model}/ready`, oipModelReady),
      route('GET', `${model}/config`, () => oipMissing('configuration of models')),
      route('GET', `${model}/stats`, () => oipMissing('statistics')),
    ]),
    ...['load', 'unload'].map((what) =>
      route('POST', `/v2/repository/models/{model}/${what}`, () =>
        oipMissing(`${what}ing of models by request: the first request for a model loads it`),
      ),
    ),
  ];
}

/** The routes of TensorFlow Serving's REST API, which are those of KServe's first protocol too. */
export function tfsRoutes(parts: InferenceParts): Route[] {
  const route = createRoute(parts, 'tfs');
  const models = ['', '/versions/{version}', '/labels/{label}'].map((part) => `/v1/models/{model}${part}`);
  return [
    plain('/v1/models', 'tfs', { method: 'GET', answer: (exchange) => oipModels(parts, exchange) }),
    ...models.flatMap((model) => [
      route('POST', `${model}:predict`, tfsPredict),
      route('POST', `${model}:classify`, tfsMissing),
      route('POST', `${model}:regress`, tfsMissing),
      route('GET', model, tfsModel),
      route('GET', `${model}/metadata`, tfsModelMetadata),
    ]),
  ];
}

function plain(template: string, protocol: Protocol, endpoint: Endpoint): Route {
  return [template, { ...endpoint, protocol }];
}

function createRoute(parts: InferenceParts, protocol: Protocol) {
  return (method: Endpoint['method'], template: string, answer: ModelAnswer): Route => [
    template,
    { method, protocol, answer: (exchange, params) => answer(parts, exchange, toRef(params)) },
  ];
}

function toRef({ model, version, label }: Readonly<Record<string, string>>): ModelRef {
  const chosen = version ?? label;
  return { ...(model !== undefined && { name: model }), ...(chosen !== undefined && { version: chosen }) };
}
