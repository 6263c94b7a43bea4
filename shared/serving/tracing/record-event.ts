import { type Attributes, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { readTrace, type Trace } from '../../core/trace';
import type { EventRecord } from './event-record';
import { contextOf, idsOf, noteFailure, recordSteps } from './record-spans';
import { toSpanStep } from './span-steps';

/**
 * Makes the spans of an event that was worked off: one of a consumer, as a child of the span that the event names, and
 * one for each step.
 *
 * @param epochMs what is to be added to the monotonic clock for milliseconds since 1970.
 * @returns the ids of the consumer's span.
 * @see https://opentelemetry.io/docs/specs/semconv/cloudevents/cloudevents-spans/
 */
export function recordEventSpans(tracer: Tracer, record: EventRecord, epochMs: number): Trace {
  const { event, steps, startedAt, endedAt, result, failure } = record;
  const span = tracer.startSpan(
    `CloudEvents Process ${event.type}`,
    { kind: SpanKind.CONSUMER, startTime: epochMs + startedAt },
    contextOf(readTrace(event.traceparent, undefined), event.tracestate),
  );
  if (span.isRecording()) {
    recordSteps(steps.map(toSpanStep), { tracer, context: trace.setSpan(ROOT_CONTEXT, span), epochMs });
    span.setAttributes({ ...eventAttributes(event), ...result });
    if (failure !== undefined) noteFailure(span, failure, epochMs + endedAt);
    span.end(epochMs + endedAt);
  }
  return idsOf(span);
}

function eventAttributes({ type, id, source, subject }: EventRecord['event']): Attributes {
  const attributes: Attributes = { 'cloudevents.event_type': type };
  if (id !== undefined) attributes['cloudevents.event_id'] = id;
  if (source !== undefined) attributes['cloudevents.event_source'] = source;
  if (subject !== undefined) attributes['cloudevents.event_subject'] = subject;
  return attributes;
}
