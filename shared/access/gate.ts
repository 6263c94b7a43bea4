import { setTimeout as sleepFor } from 'node:timers/promises';
import type { HttpRequest } from '../core/http';
import { type Admission, createAdmission } from './admission';
import type { Caller } from './caller';
import { clientAddress } from './client-address';
import { createIdentifier, type IdentifyParts } from './identify';
import type { Limiter, LimiterParts } from './limiter';
import { createMeter } from './meter';
import { createOverload, type Overload, type OverloadParts } from './overload';
import { type Area, type GateSettings, isOpen } from './settings';

export interface GateParts extends LimiterParts, OverloadParts, IdentifyParts {
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Where requests are let in. */
export interface Gate {
  /**
   * Lets a request in, or says why not.
   *
   * @param area what the address is for; a matter of a model when absent.
   * @param onKnown told who sends it as soon as that is known, let in or not.
   * @returns undefined where nobody is asked anything.
   * @throws {ServingError} `unauthenticated`, `forbidden`, `access-unavailable`, `rate-limited`, `overloaded`
   */
  admit(
    request: HttpRequest,
    area: Area | undefined,
    onKnown: (caller: string) => void,
  ): Promise<Admission | undefined>;
  /** Resolves where the keys of callers can be read, if there are to be any. @throws {ServingError} `access-unavailable` */
  ready(): Promise<void>;
  /** What the instance has to do. */
  readonly overload: Overload;
  /** Closes what was opened. */
  close(): void;
}

/** Builds the gate of one process. What a deployment does not use is not imported. */
export async function openGate(settings: GateSettings, parts: GateParts): Promise<Gate> {
  const { access, rateLimits } = settings;
  const { sleep = sleepFor } = parts;
  const identifier = access && (await createIdentifier(access, rateLimits.trustedHops, parts));
  const { limiter, close } = await openLimiter(settings, parts);
  const overload = createOverload(settings.overload, parts);

  async function admitCaller(request: HttpRequest, caller: Caller | undefined): Promise<Admission> {
    const rate = caller?.rate ?? rateLimits.rate;
    if (rate === undefined || limiter === undefined) return createAdmission(caller, undefined);
    const id = caller?.id ?? `address:${clientAddress(request, rateLimits.trustedHops)}`;
    const meter = createMeter({ limiter, id, rate, sleep });
    await meter.take(1, 1);
    return createAdmission(caller, meter);
  }

  return {
    overload,
    close,
    ready: async () => identifier?.ready(),
    async admit(request, area, onKnown) {
      if (area !== undefined && isOpen(access, area)) return undefined;
      // First, because it costs nothing. Who looks at the metrics wants to see an overload, and not to be part of it.
      if (area === undefined) overload.check();
      return admitCaller(request, await identifier?.identify(request, onKnown));
    },
  };
}

/** Keys may have rates of their own, so that there is a limiter wherever there are keys. */
async function openLimiter(
  { access, rateLimits: { rate, redisUrl, service } }: GateSettings,
  parts: GateParts,
): Promise<{ readonly limiter?: Limiter; readonly close: () => void }> {
  if (rate === undefined && access?.keys === undefined) return { close: () => {} };
  const { createMemoryLimiter, createSharedLimiter } = await import('./limiter');
  if (redisUrl === undefined) return { limiter: createMemoryLimiter(), close: () => {} };
  const { openRedis } = await import('./redis');
  const redis = openRedis(redisUrl);
  return { limiter: createSharedLimiter(redis, { ...parts, service }), close: redis.close };
}
