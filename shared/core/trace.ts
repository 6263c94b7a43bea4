/** Which trace a request belongs to. */
export interface Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits, absent when the caller sent no span. */
  readonly spanId?: string;
  readonly sampled: boolean;
}

/** Version 00 ends after its 55 characters; later ones may say more after another hyphen. */
const TRACEPARENT =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;
const CLOUD_TRACE = /^(?!0{32})([0-9a-f]{32})(?:\/(\d{1,20}))?(?:;o=(\d))?$/i;

/**
 * Reads `traceparent` (W3C Trace Context, section 3.2), else `X-Cloud-Trace-Context`, whose span is decimal.
 * Malformed headers count as absent.
 */
export function readTrace(
  traceparent: string | undefined,
  cloudTrace: string | undefined,
): Trace | undefined {
  const w3c = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  if (w3c !== null) {
    const [, traceId = '', spanId = '', flags = ''] = w3c;
    return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
  }
  const cloud = cloudTrace === undefined ? null : CLOUD_TRACE.exec(cloudTrace);
  if (cloud === null) return undefined;
  const [, traceId = '', span, options] = cloud;
  return { traceId: traceId.toLowerCase(), ...hexSpan(span), sampled: (Number(options ?? 0) & 1) === 1 };
}

function hexSpan(decimal: string | undefined): { spanId?: string } {
  const value = BigInt(decimal ?? 0);
  if (value === 0n || value > 0xffffffffffffffffn) return {};
  return { spanId: value.toString(16).padStart(16, '0') };
}
