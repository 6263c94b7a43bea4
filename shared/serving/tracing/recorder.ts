// The one way to OpenTelemetry. The build makes a file by itself of it, without what is not used of those packages: where
// nobody traces, none of it is read. What it shares with the rest of the service is copied into that file, so that no
// error is an instance of a class of ours here.
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { Trace } from '../../core/trace';
import type { Config } from '../config';
import type { Exchange } from '../exchange';
import { createCalendar } from './calendar';
import type { Ending } from './ending';
import type { EventRecord } from './event-record';
import { type ExporterParts, tellOnce } from './exporter';
import { recordEventSpans } from './record-event';
import { recordSpans } from './record-spans';
import type { TracingSettings } from './tracing-config';

/** What makes spans, and sends them behind the requests' backs. */
export interface Recorder {
  /** Makes the spans of an exchange that has ended, and gives the ids of the server's. */
  record(exchange: Exchange, ending: Ending): Trace;
  /** Makes the spans of an event that was worked off, and gives the ids of its own. */
  recordEvent(record: EventRecord): Trace;
  /** Sends what there is, for as long as that takes. */
  flush(): Promise<void>;
  /** Sends what is left, for as long as that takes. */
  close(): Promise<void>;
}

export interface RecorderParts extends ExporterParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Told of variables that make no sense to OpenTelemetry, and of what it takes in their place. */
  readonly onComplaint: (text: string) => void;
}

/**
 * Sets OpenTelemetry up. Sampling, batches, limits, headers and the rest are as its own variables say.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function openRecorder(
  { url, service }: TracingSettings,
  { revision }: Config['deployment'],
  { now, wallClock, onComplaint, ...parts }: RecorderParts,
): Recorder {
  const silent = () => {};
  const logger = { error: onComplaint, warn: onComplaint, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, DiagLogLevel.WARN);
  const provider = new BasicTracerProvider({
    resource: describeService(service, revision),
    spanProcessors: [new BatchSpanProcessor(tellOnce(new OTLPTraceExporter({ url }), parts))],
  });
  const tracer = provider.getTracer('onnx-functions');
  // From now on it would complain of batches, and of each of them.
  diag.disable();
  const epochMs = createCalendar(now, wallClock);
  return {
    record: (exchange, ending) => recordSpans(tracer, exchange, ending, epochMs()),
    recordEvent: (record) => recordEventSpans(tracer, record, epochMs()),
    flush: () => provider.forceFlush(),
    close: () => provider.shutdown(),
  };
}

/** What `OTEL_RESOURCE_ATTRIBUTES` says goes before what is known otherwise. */
function describeService(name: string, revision: string | undefined): Resource {
  const known = { [ATTR_SERVICE_NAME]: name, ...(revision && { [ATTR_SERVICE_VERSION]: revision }) };
  return defaultResource()
    .merge(resourceFromAttributes(known))
    .merge(detectResources({ detectors: [envDetector] }));
}
