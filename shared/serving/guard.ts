import type { Gate, GateParts } from '../access/gate';
import type { GateSettings } from '../access/settings';
import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import type { Endpoint, Routes } from './endpoint';
import type { Exchange } from './exchange';
import { untoldFailure } from './models/untold-failure';
import { countOwnWork, endWithAnswer } from './own-work';

/** Stands before the endpoints of one process. */
export interface Guard {
  /** The same routes, with the guard before each of them. */
  protect(routes: Routes): Routes;
  /** Makes ready to let callers in, and reads their keys; what is in the way is met again by whoever calls. */
  prepare(): void;
  close(): Promise<void>;
}

/**
 * Puts a guard before the endpoints, where the deployment wants one: who may call, how much, and when it is too much.
 * Where it wants nothing of that, routes stay what they are and nothing is imported.
 */
export function createGuard(settings: GateSettings, parts: GateParts): Guard {
  const { access, rateLimits, overload } = settings;
  if (access === undefined && rateLimits.rate === undefined && Object.keys(overload).length === 0) {
    return { protect: (routes) => routes, prepare: () => {}, close: async () => {} };
  }
  let opening: Promise<Gate> | undefined;

  function openOnce(): Promise<Gate> {
    opening ??= import('../access/gate').then(({ openGate }) => openGate(settings, parts));
    return opening;
  }

  function guarded(endpoint: Endpoint): Endpoint {
    return {
      ...endpoint,
      async answer(exchange, params) {
        const gate = await openOnce();
        if (endpoint.isReadiness === true) await gate.ready();
        const area = typeof endpoint.area === 'function' ? endpoint.area(exchange) : endpoint.area;
        const admission = await gate.admit(exchange.request, area, (caller) => {
          exchange.caller = caller;
        });
        if (admission === undefined) return endpoint.answer(exchange, params);
        exchange.admission = admission;
        if (area !== undefined || overload.maxPending === undefined) {
          return answerAdmitted(exchange, () => endpoint.answer(exchange, params));
        }
        const work = gate.overload.begin();
        countOwnWork(exchange, admission, work);
        try {
          const response = await answerAdmitted(exchange, () => endpoint.answer(exchange, params));
          return endWithAnswer(response, work);
        } catch (error) {
          work.end();
          throw error;
        }
      },
    };
  }

  return {
    protect: (routes) => new Map([...routes].map(([route, endpoint]) => [route, guarded(endpoint)])),
    prepare: () =>
      void openOnce()
        .then((gate) => gate.ready())
        .catch(() => {}),
    close: async () => (await opening)?.close(),
  };
}

/** Answers a request that was let in, and says where its caller stands. */
async function answerAdmitted(
  exchange: Exchange,
  answer: () => HttpResponse | Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return withHeaders(await answer(), exchange);
  } catch (error) {
    throw withErrorHeaders(error, exchange);
  }
}

function withHeaders(response: HttpResponse, { admission }: Exchange): HttpResponse {
  return { ...response, headers: { ...response.headers, ...admission?.headers() } };
}

/** A request that went wrong has cost its caller rows too, and is to say how many are left. */
function withErrorHeaders(thrown: unknown, { admission }: Exchange): unknown {
  const error = admission?.isHeld === true ? untoldFailure(thrown) : thrown;
  if (!(error instanceof ServingError)) return error;
  const { code, message, errors, members, cause, isMisconfigured } = error;
  const headers = { ...admission?.headers(), ...error.headers };
  const told = new ServingError(code, message, { errors, members, headers, cause, isMisconfigured });
  return Object.assign(told, { stack: error.stack });
}
