import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import { header } from '../../core/http';
import type { Exchange } from '../exchange';
import { publicUrl } from '../public-url';

/** Methods that may be told apart: a caller could make up any number of others (HTTP semantic conventions). */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/** A name that few requests do not share: the method, and the template of the route. */
export function nameOf({ request: { method }, route }: Exchange): string {
  const verb = METHODS.has(method) ? method : 'HTTP';
  return route === undefined ? verb : `${verb} ${route}`;
}

/**
 * What is known of a request, by the semantic conventions.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function requestAttributes({ request, address, route }: Exchange): Attributes {
  const { method, path, query } = request;
  const isKnown = METHODS.has(method);
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: isKnown ? method : '_OTHER',
    [ATTR_URL_PATH]: path,
    ...addressOf(publicUrl(request)),
  };
  if (!isKnown) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method;
  if (route !== undefined) attributes[ATTR_HTTP_ROUTE] = route;
  if (query !== '') attributes[ATTR_URL_QUERY] = query;
  if (address !== undefined) attributes[ATTR_CLIENT_ADDRESS] = address;
  const agent = header(request, 'user-agent');
  if (agent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = agent;
  return attributes;
}

/** What became of it. What is of models has no conventions yet, and a prefix of its own. */
export function resultAttributes(exchange: Exchange, status: number): Attributes {
  const { requestId, caller, isAside, protocol, coldStart, cache, rows } = exchange;
  const attributes: Attributes = { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status, 'onnx.request_id': requestId };
  if (caller !== undefined) attributes['onnx.caller'] = caller;
  if (isAside) return attributes;
  attributes['onnx.protocol'] = protocol;
  attributes['onnx.cold_start'] = coldStart;
  if (cache !== undefined) attributes['onnx.cache'] = cache;
  if (rows !== undefined) attributes['onnx.rows'] = rows;
  return { ...attributes, ...modelAttributes(exchange) };
}

function modelAttributes({ model, version, versionReason }: Exchange): Attributes {
  if (model === undefined || version === undefined) return {};
  const attributes: Attributes = { 'onnx.model': model, 'onnx.version': version };
  if (versionReason !== undefined) attributes['onnx.version_reason'] = versionReason;
  return attributes;
}

/** The host is the caller's to write, so that it may be no address at all. */
function addressOf(url: string): Attributes {
  if (!URL.canParse(url)) return {};
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  const usual = scheme === 'https' ? 443 : 80;
  return {
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: port === '' ? usual : Number(port),
  };
}
