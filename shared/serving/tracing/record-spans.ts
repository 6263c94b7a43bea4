import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { header } from '../../core/http';
import type { Trace } from '../../core/trace';
import type { Exchange, Failure } from '../exchange';
import { callerTrace } from '../request-entry';
import { nameOf, requestAttributes, resultAttributes } from './attributes';
import type { Ending } from './ending';
import { type SpanStep, stepsOf } from './span-steps';

/**
 * Makes the spans of an exchange that has ended: one of a server, as a child of the caller's, and one for each step.
 *
 * @param epochMs what is to be added to the monotonic clock for milliseconds since 1970.
 * @returns the ids of the server's span.
 */
export function recordSpans(tracer: Tracer, exchange: Exchange, ending: Ending, epochMs: number): Trace {
  const { startedAt } = exchange;
  const span = tracer.startSpan(
    nameOf(exchange),
    { kind: SpanKind.SERVER, startTime: epochMs + startedAt },
    contextOf(callerTrace(exchange.request), header(exchange.request, 'tracestate')),
  );
  // No sampler that can be configured looks at attributes, so that those of a span that is not recorded are not made.
  if (span.isRecording()) {
    const context = trace.setSpan(ROOT_CONTEXT, span);
    recordSteps(stepsOf(exchange, ending), { tracer, context, epochMs });
    span.setAttributes(requestAttributes(exchange));
    span.setAttributes(resultAttributes(exchange, ending.status));
    if (ending.failure !== undefined) noteFailure(span, ending.failure, epochMs + ending.endedAt);
    span.end(epochMs + ending.endedAt);
  }
  return idsOf(span);
}

/** The ids of a span. */
export function idsOf(span: Span): Trace {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** The span that a caller sent along, if it did, with its `tracestate`. */
export function contextOf(caller: Trace | undefined, state: string | undefined): Context {
  if (caller?.spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: caller.traceId,
    spanId: caller.spanId,
    traceFlags: caller.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state !== undefined && { traceState: createTraceState(state) }),
  });
}

/** Where spans belong: in the context of their parent. */
export interface Place {
  readonly tracer: Tracer;
  readonly context: Context;
  readonly epochMs: number;
}

/** Makes the spans of steps. */
export function recordSteps(steps: readonly SpanStep[], { tracer, context, epochMs }: Place): void {
  for (const { name, startedAt, endedAt, parts, sum, failure } of steps) {
    const span = tracer.startSpan(name, { startTime: epochMs + startedAt }, context);
    if (sum !== undefined) span.setAttributes({ 'onnx.count': sum.count, 'onnx.busy_ms': sum.ms });
    if (failure !== undefined) noteFailure(span, failure, epochMs + endedAt);
    if (parts !== undefined) {
      recordSteps(parts, { tracer, context: trace.setSpan(context, span), epochMs });
    }
    span.end(epochMs + endedAt);
  }
}

/** A caller's mistake is no error of a span; its code is an attribute all the same. */
export function noteFailure(span: Span, { code, message, stack }: Failure, at: number): void {
  span.setAttribute('onnx.error', code);
  if (stack === undefined) return;
  span.setAttribute(ATTR_ERROR_TYPE, code);
  span.recordException({ name: code, message, stack }, at);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
