import { type Reader, unexpected } from '../environment';

/** Where spans are sent to, and whose they are. How they are sampled, batched and sent, the SDK reads itself. */
export interface TracingSettings {
  /** The address that takes OTLP in protocol buffers over HTTP. */
  readonly url: string;
  /** What the service is called, unless `OTEL_RESOURCE_ATTRIBUTES` says otherwise. */
  readonly service: string;
}

/**
 * Reads the standard variables that turn tracing on and off.
 *
 * @returns undefined where requests are not to be traced.
 * @throws {TypeError} for a protocol that is not spoken here: spans sent in the wrong one would only be lost.
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function readTracing(read: Reader, service: string): TracingSettings | undefined {
  const exact = read.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = read.url('OTEL_EXPORTER_OTLP_ENDPOINT');
  const isDisabled = read.text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
  const exporter = read.choice('OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'otlp');
  const name = read.text('OTEL_SERVICE_NAME') ?? service;
  const protocols = PROTOCOLS.map((variable) => [variable, read.text(variable)] as const);
  const url = exact ?? (base && `${base}/v1/traces`);
  if (isDisabled || exporter === 'none' || url === undefined) return undefined;
  const [variable, protocol = SPOKEN] = protocols.find(([, value]) => value !== undefined) ?? [];
  if (variable !== undefined && protocol !== SPOKEN) throw unexpected(variable, SPOKEN, protocol);
  return { url, service: name };
}

/** The first that is set counts. */
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;

const SPOKEN = 'http/protobuf';
