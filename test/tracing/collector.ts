import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectPath } from '../../training/project-path';
import { freePort } from '../functions-process';

const BINARY = projectPath('.cache/bin/otelcol');

/** A span as a receiver has it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  /** 1 is internal, 2 a server's (SpanKind of OTLP). */
  readonly kind: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  /** 2 is an error (StatusCode of OTLP); absent when unset. */
  readonly status: { readonly code?: number; readonly message?: string };
  /** What sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** The trace and the span of a caller, and the header that says so. */
export function newCaller(sampled = true) {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` };
}

/** A real OpenTelemetry Collector that takes OTLP over HTTP and keeps the spans. */
export interface Collector {
  /** Base URL, as OTEL_EXPORTER_OTLP_ENDPOINT takes it. */
  readonly endpoint: string;
  readonly port: number;
  /** The spans of a trace, by when they began, once there are at least so many. */
  trace(traceId: string, count: number): Promise<readonly ReceivedSpan[]>;
  /** Every span that came so far. */
  received(): readonly ReceivedSpan[];
  stop(): Promise<void>;
}

/** `describe` for suites that need the Collector: skipped, with the reason printed, on a machine that cannot have it. */
export function describeWithCollector(name: string, suite: () => void): void {
  const reason = whyMissing();
  if (reason !== undefined && process.env['REQUIRE_OTLP'] === '1') throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

function whyMissing(): string | undefined {
  return existsSync(`${BINARY}.built`)
    ? undefined
    : 'the OpenTelemetry Collector is not there: test/tracing/install.sh builds it';
}

/** Starts a Collector on a free port, or on one that was used before. */
export async function startCollector(usedPort?: number): Promise<Collector> {
  const port = usedPort ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'collector-'));
  const file = join(folder, 'spans.json');
  const config = join(folder, 'config.yaml');
  writeFileSync(config, configOf(port, file));
  const child = spawn(BINARY, ['--config', `file:${config}`]);
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  await untilListening(child, port);

  const received = () => (existsSync(file) ? readSpans(readFileSync(file, 'utf8')) : []);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    received,
    async trace(traceId, count) {
      for (const giveUpAt = performance.now() + 5_000; performance.now() < giveUpAt; await sleep(25)) {
        const spans = received().filter((span) => span.traceId === traceId);
        if (spans.length >= count) return spans.sort((a, b) => a.startedAt - b.startedAt);
      }
      throw new Error(`expected ${count} spans of ${traceId}, got ${received().length} of others`);
    },
    async stop() {
      process.off('exit', killWithParent);
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(port: number, file: string): string {
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: file, flush_interval: '10ms' } },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
    },
  });
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (chunk) => (complaint += chunk));
  for (const giveUpAt = performance.now() + 20_000; performance.now() < giveUpAt; await sleep(25)) {
    if (child.exitCode !== null) throw new Error(`the collector exited: ${complaint}`);
    if (await accepts(port)) return;
  }
  child.kill('SIGKILL');
  throw new Error(`the collector did not begin to listen within 20 s: ${complaint}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A value as OTLP writes it in JSON. */
interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly boolValue?: boolean;
  readonly doubleValue?: number;
}

type KeyValues = readonly { readonly key: string; readonly value: AnyValue }[];

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: KeyValues;
  readonly events?: readonly { readonly name: string; readonly attributes?: KeyValues }[];
  readonly status?: ReceivedSpan['status'];
}

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes?: KeyValues };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** The file has one request of OTLP on each line; the last may be half written. */
function readSpans(text: string): ReceivedSpan[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.flatMap((line) =>
    (JSON.parse(line) as OtlpTraces).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map((span) => toReceived(span, toRecord(resource.attributes)))),
    ),
  );
}

function toReceived(span: OtlpSpan, resource: Record<string, unknown>): ReceivedSpan {
  const { traceId, spanId, parentSpanId = '', traceState = '', name, kind, status = {} } = span;
  return {
    ...{ traceId, spanId, parentSpanId, traceState, name, kind, status, resource },
    startedAt: Number(span.startTimeUnixNano) / 1e6,
    endedAt: Number(span.endTimeUnixNano) / 1e6,
    attributes: toRecord(span.attributes),
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      attributes: toRecord(event.attributes),
    })),
  };
}

function toRecord(attributes: KeyValues = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  );
}
