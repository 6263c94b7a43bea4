import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, freePort, startFunction } from '../functions-process';
import { type Collector, describeWithCollector, newCaller, startCollector } from '../tracing/collector';
import { send } from './send';

const HOSTS: readonly [name: string, program?: readonly string[]][] = [
  ['the Functions Framework'],
  ['the container server', ['dist/server.js']],
];

function post(body: unknown, headers: Record<string, string> = {}) {
  return {
    method: 'POST',
    path: '/predict',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

const ROW = { features: [5.1, 3.5, 1.4, 0.2] };

/** The entries of requests that somebody sent on purpose. */
function entriesOf(server: FunctionProcess) {
  return server.entries().filter(({ message }) => !/^(GET \/health 200$|serving )/.test(String(message)));
}

describeWithCollector('tracing', () => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector.stop());

  describe.each(HOSTS)('under %s', (_name, program) => {
    function start(env: Record<string, string> = {}): Promise<FunctionProcess> {
      const traced = {
        MODEL_NAME: 'iris',
        K_SERVICE: 'predict',
        K_REVISION: 'predict-00001-abc',
        GOOGLE_CLOUD_PROJECT: 'demo-project',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      };
      return startFunction({
        target: 'serve',
        env: { ...traced, ...env },
        ...(program && { program }),
      });
    }

    test('continues the trace of the caller, and names the same span in the log', async () => {
      const caller = newCaller();
      const server = await start();
      const headers = { traceparent: caller.traceparent, tracestate: 'shop=42', 'user-agent': 'test/1' };

      const { status } = await send(server.url, post(ROW, { ...headers, 'x-request-id': 'order-66' }));
      await server.stop();

      expect(status).toBe(200);
      const spans = await collector.trace(caller.traceId, 6);
      const span = spans.find(({ kind }) => kind === 2);
      expect(span).toMatchObject({
        name: 'POST /predict',
        parentSpanId: caller.spanId,
        traceState: 'shop=42',
        status: {},
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/predict',
          'http.response.status_code': 200,
          'url.path': '/predict',
          'url.scheme': 'http',
          'server.address': '127.0.0.1',
          'server.port': server.port,
          'user_agent.original': 'test/1',
          'onnx.request_id': 'order-66',
          'onnx.protocol': 'native',
          'onnx.cold_start': true,
          'onnx.model': 'iris',
          'onnx.version': '1.0.0',
          'onnx.version_reason': 'default',
          'onnx.rows': 1,
        },
        resource: { 'service.name': 'predict', 'service.version': 'predict-00001-abc' },
      });
      const children = spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId);
      expect(children.map(({ name }) => name).filter((name) => name !== 'load')).toEqual([
        'receive',
        'decode',
        'queue',
        'run',
        'encode',
      ]);
      expect(entriesOf(server).find(({ requestId }) => requestId === 'order-66')).toMatchObject({
        'logging.googleapis.com/trace': `projects/demo-project/traces/${caller.traceId}`,
        'logging.googleapis.com/spanId': span?.spanId,
        'logging.googleapis.com/trace_sampled': true,
      });
    });

    test('begins a trace for a caller that sends none', async () => {
      const server = await start({ OTEL_SERVICE_NAME: 'flowers', OTEL_RESOURCE_ATTRIBUTES: 'team=botany' });
      await send(server.url, post(ROW));
      await server.stop();

      const [entry] = entriesOf(server);
      const traceId = String(entry?.['logging.googleapis.com/trace']).split('/').at(-1) ?? '';
      const spans = await collector.trace(traceId, 6);

      expect(spans.find(({ kind }) => kind === 2)).toMatchObject({
        parentSpanId: '',
        spanId: entry?.['logging.googleapis.com/spanId'],
        resource: { 'service.name': 'flowers', team: 'botany' },
      });
    });

    test.each([
      ['a caller that is not sampled', {}, newCaller(false), false],
      ['an unsampled caller where all are', { OTEL_TRACES_SAMPLER: 'always_on' }, newCaller(false), true],
      ['a sampled caller where none are', { OTEL_TRACES_SAMPLER: 'always_off' }, newCaller(), false],
      [
        'a caller where a share of nought is',
        { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
        newCaller(),
        false,
      ],
    ])('respects what was decided for %s', async (_case, env, caller, isSampled) => {
      const server = await start(env);
      const { status } = await send(server.url, post(ROW, { traceparent: caller.traceparent }));
      await server.stop();

      expect(status).toBe(200);
      expect(entriesOf(server)).toMatchObject([{ 'logging.googleapis.com/trace_sampled': isSampled }]);
      // A process that has ended has sent what it had to send, and a later one is heard after it.
      const later = await start();
      const next = newCaller();
      await send(later.url, post(ROW, { traceparent: next.traceparent }));
      await later.stop();
      await collector.trace(next.traceId, 6);
      const spans = collector.received().filter(({ traceId }) => traceId === caller.traceId);
      expect(spans.length > 0).toBe(isSampled);
    });

    test('makes no span of a probe, unless who sends it traces', async () => {
      const server = await start();
      const caller = newCaller();
      const agent = { 'user-agent': `prober of ${server.port}` };
      await send(server.url, { path: '/health', headers: agent });
      await send(server.url, { path: '/health', headers: { ...agent, traceparent: caller.traceparent } });
      await server.stop();

      await collector.trace(caller.traceId, 1);
      const probes = collector
        .received()
        .filter(({ attributes }) => attributes['user_agent.original'] === agent['user-agent']);
      expect(probes.map(({ traceId, name }) => [traceId, name])).toEqual([[caller.traceId, 'GET /health']]);
    });

    test('answers as before while nobody takes the spans, says so once, and that it is over', async () => {
      const port = await freePort();
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_TIMEOUT: '300',
        OTEL_BSP_SCHEDULE_DELAY: '20',
      };
      const server = await start(env);
      const statuses = new Set<number | undefined>();
      const isSaid = (text: string) =>
        server.entries().filter(({ message }) => String(message).startsWith(text));
      async function sendUntilSaid(text: string): Promise<void> {
        while (isSaid(text).length === 0) statuses.add((await send(server.url, post(ROW))).status);
      }

      await sendUntilSaid('sending spans failed');
      for (let i = 0; i < 50; i++) statuses.add((await send(server.url, post(ROW))).status);
      const late = await startCollector(port);
      await sendUntilSaid('spans are sent again');
      await server.stop();
      await late.stop();

      expect([...statuses]).toEqual([200]);
      expect(isSaid('sending spans failed')).toMatchObject([{ severity: 'WARNING' }]);
      expect(isSaid('spans are sent again')).toMatchObject([{ severity: 'INFO' }]);
    });

    test('ends in time though whoever takes the spans never answers', async () => {
      const silent = await listenSilently();
      const { port } = silent.address() as AddressInfo;
      const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
      await send(server.url, post(ROW));

      const code = await server.stop();
      silent.closeAllConnections();
      silent.close();

      expect(code).toBe(0);
      expect(entriesOf(server)).toMatchObject([
        { message: 'POST /predict 200' },
        { severity: 'WARNING', message: expect.stringMatching(/^sending spans failed: .*700 ms/) },
      ]);
    });

    test('complains of a variable that makes no sense to OpenTelemetry, and goes on', async () => {
      const server = await start({ OTEL_TRACES_SAMPLER: 'sometimes' });
      const { status } = await send(server.url, post(ROW));
      await server.stop();

      expect(status).toBe(200);
      expect(entriesOf(server)).toContainEqual({
        severity: 'WARNING',
        message: expect.stringMatching(/^OpenTelemetry: OTEL_TRACES_SAMPLER value "sometimes" invalid/),
        time: expect.any(String),
      });
    });

    test('is loaded after the first answer, and only where it is wanted', async () => {
      const NODE_OPTIONS = `--require ${projectPath('test/tracing/print-modules.cjs')}`;
      const untraced = await start({ NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT: '' });
      const unasked = await start({ NODE_OPTIONS });
      const traced = await start({ NODE_OPTIONS });
      await send(untraced.url, post(ROW));
      await send(traced.url, post(ROW));

      const loads = [untraced, unasked, traced].map(async (server) => {
        await server.stop();
        return server.output().includes('vendor/recorder.js"');
      });

      expect(await Promise.all(loads)).toEqual([false, false, true]);
    });
  });
});

async function listenSilently(): Promise<Server> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
