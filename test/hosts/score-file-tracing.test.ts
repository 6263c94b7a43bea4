import { setTimeout as sleep } from 'node:timers/promises';
import { createBucket, type FinalizedEvent, type TestBucket } from '../bucket';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';
import {
  type Collector,
  describeWithCollector,
  newCaller,
  type ReceivedSpan,
  startCollector,
} from '../tracing/collector';

const CSV = 'id,sepal_length,sepal_width,petal_length,petal_width\na,5.1,3.5,1.4,0.2\nb,x,3,5.2,2.3\n';

const CONSUMER = 5;

const names = (spans: readonly ReceivedSpan[]) => spans.map(({ name }) => name);

describeWithEmulator('an event of scoreFile', () => {
  describeWithCollector('that is traced', () => {
    let emulator: GcsEmulator;
    let proxy: InterferingProxy;
    let bucket: TestBucket;
    let collector: Collector;
    let server: FunctionProcess;

    beforeAll(async () => {
      emulator = await startGcsEmulator();
      proxy = await startInterferingProxy(emulator.endpoint);
      bucket = await createBucket(emulator);
      collector = await startCollector();
      server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    });
    afterAll(async () => {
      await server?.stop();
      await collector?.stop();
      await proxy.close();
      await emulator.stop();
    });

    function start(env: Record<string, string>): Promise<FunctionProcess> {
      const common = { GCS_API_ENDPOINT: proxy.endpoint, GOOGLE_CLOUD_PROJECT: 'demo-project' };
      return startFunction({ target: 'scoreFile', env: { ...common, ...env } });
    }

    /** Posts an event as Eventarc does: CloudEvents over HTTP in binary mode. */
    async function deliver(
      { type, data }: FinalizedEvent,
      headers: Record<string, string> = {},
      to = server,
    ): Promise<number> {
      const { status } = await fetch(to.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-id': '1096434104173400',
          'ce-type': type,
          'ce-source': '//storage.googleapis.com/projects/_/buckets/b',
          'ce-subject': `objects/${data.name}`,
          ...headers,
        },
        body: JSON.stringify({ kind: 'storage#object', ...data }),
      });
      return status;
    }

    /** The entry of a file, which may come after the answer. */
    async function entryOf({ data: { name } }: FinalizedEvent, from = server) {
      for (const giveUpAt = performance.now() + 5_000; performance.now() < giveUpAt; await sleep(10)) {
        const entry = from.entries().find(({ file }) => String(file).includes(`/${name}#`));
        if (entry !== undefined) return entry;
      }
      throw new Error(`there is no entry of ${name}`);
    }

    test('continues the trace that the event names, with the steps of its file below', async () => {
      const caller = newCaller();
      const event = await bucket.put('input/a.csv', CSV, 'text/csv');

      expect(await deliver(event, { 'ce-traceparent': caller.traceparent })).toBe(204);

      // It is answered once they are sent: the process may not live on.
      const spans = await collector.trace(caller.traceId, 7);
      const span = spans.find(({ kind }) => kind === CONSUMER);
      expect(span).toMatchObject({
        name: 'CloudEvents Process google.cloud.storage.object.v1.finalized',
        parentSpanId: caller.spanId,
        status: {},
        attributes: {
          'cloudevents.event_id': '1096434104173400',
          'cloudevents.event_source': '//storage.googleapis.com/projects/_/buckets/b',
          'cloudevents.event_subject': 'objects/input/a.csv',
          'cloudevents.event_type': 'google.cloud.storage.object.v1.finalized',
          'onnx.file': `gs://${event.data.bucket}/input/a.csv#${event.data.generation}`,
          'onnx.outcome': 'scored',
          'onnx.model': 'iris',
          'onnx.version': '1.0.0',
          'onnx.rows': 2,
          'onnx.bad_rows': 1,
        },
      });
      const children = spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId);
      expect(names(children).filter((name) => name !== 'load')).toEqual([
        'receive',
        'decode',
        'queue',
        'run',
        'encode',
      ]);
      expect(await entryOf(event)).toMatchObject({
        'logging.googleapis.com/trace': `projects/demo-project/traces/${caller.traceId}`,
        'logging.googleapis.com/spanId': span?.spanId,
        'logging.googleapis.com/trace_sampled': true,
      });
    });

    test('is an error where it is to come again, and where it must not', async () => {
      const [away, refused] = [newCaller(), newCaller()];
      const later = await bucket.put('input/b.csv', CSV, 'text/csv');
      proxy.script('GET', ...Array.from({ length: 5 }, () => ({ status: 503, body: '' })));
      expect(await deliver(later, { traceparent: away.traceparent })).toBe(500);
      const never = await bucket.put('input/c.csv', 'id\n1\n', 'text/csv');
      expect(await deliver(never, { traceparent: refused.traceparent })).toBe(204);

      const [failed] = await collector.trace(away.traceId, 1);
      const [useless] = await collector.trace(refused.traceId, 1);

      expect(failed).toMatchObject({
        parentSpanId: away.spanId,
        status: { code: 2 },
        attributes: { 'error.type': 'store-unavailable' },
        events: [{ name: 'exception' }],
      });
      expect(useless).toMatchObject({
        status: { code: 2 },
        attributes: { 'error.type': 'validation-failed', 'onnx.outcome': 'refused' },
      });
    });

    test('begins a trace where it names none, and makes none of what it does not score', async () => {
      const own = newCaller();
      const output = await bucket.put('predictions/d.1.predictions.csv', CSV, 'text/csv');
      expect(await deliver(output, { 'ce-traceparent': own.traceparent })).toBe(204);
      const event = await bucket.put('input/d.csv', CSV, 'text/csv');
      expect(await deliver(event)).toBe(204);

      const entry = await entryOf(event);
      const traceId = String(entry['logging.googleapis.com/trace']).split('/').at(-1) ?? '';

      const spans = await collector.trace(traceId, 6);
      expect(spans.find(({ kind }) => kind === CONSUMER)).toMatchObject({ parentSpanId: '' });
      expect(collector.received().filter((span) => span.traceId === own.traceId)).toEqual([]);
    });

    test("has its log entry name the caller's span where nothing is traced", async () => {
      const untraced = await start({});
      const caller = newCaller();
      const event = await bucket.put('input/e.csv', CSV, 'text/csv');

      expect(await deliver(event, { 'ce-traceparent': caller.traceparent }, untraced)).toBe(204);
      await untraced.stop();

      expect(await entryOf(event, untraced)).toMatchObject({
        'logging.googleapis.com/spanId': caller.spanId,
      });
      expect(collector.received().filter((span) => span.traceId === caller.traceId)).toEqual([]);
    });
  });
});
