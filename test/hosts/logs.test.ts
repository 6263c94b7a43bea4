import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { send } from './send';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

function post(body: unknown, headers: Record<string, string> = {}, path = '/predict') {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** What Cloud Run sets, and with it the rewriting of standard output that the framework does there. */
const CLOUD = {
  K_SERVICE: 'predict',
  K_REVISION: 'predict-00001-abc',
  FUNCTION_TARGET: 'serve',
  LOG_EXECUTION_ID: 'true',
  NODE_ENV: 'production',
  GOOGLE_CLOUD_PROJECT: 'demo-project',
  MODEL_NAME: 'iris',
};

/** Ends the server and gives all that it logged, save of its start and the probes of whoever started it. */
async function entriesOf(server: FunctionProcess) {
  await server.stop();
  return server.entries().filter(({ message }) => !/^(GET \/health 200$|serving )/.test(String(message)));
}

describe.each([
  ['raw requests', {}],
  ['requests behind the framework', { RAW_HTTP: 'off' }],
])('the log of %s', (_name, env) => {
  test('has one entry per request in the form of Cloud Logging', async () => {
    const server = await startFunction({ target: 'serve', env: { ...CLOUD, ...env } });
    await send(
      server.url,
      post(
        { features: [5.1, 3.5, 1.4, 0.2] },
        {
          'x-request-id': 'order-66',
          'user-agent': 'test/1',
          // The caller has made the first up; the front end has added the last.
          'x-forwarded-for': '10.0.0.1, 203.0.113.7',
          'x-cloud-trace-context': `${TRACE}/2;o=1`,
        },
      ),
    );
    // Behind the framework SIGTERM ends the process at once, so the entry is given time to be written.
    await send(server.url, { path: '/health' });

    const [entry, ...others] = (await entriesOf(server)).filter(({ requestId }) => requestId === 'order-66');

    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      severity: 'INFO',
      message: 'POST /predict 200',
      httpRequest: {
        requestMethod: 'POST',
        requestUrl: '/predict',
        status: 200,
        requestSize: '30',
        responseSize: expect.stringMatching(/^\d+$/),
        userAgent: 'test/1',
        remoteIp: '203.0.113.7',
        latency: expect.stringMatching(/^\d+\.\d{6}s$/),
      },
      'logging.googleapis.com/trace': `projects/demo-project/traces/${TRACE}`,
      'logging.googleapis.com/spanId': '0000000000000002',
      'logging.googleapis.com/trace_sampled': true,
      'logging.googleapis.com/labels': { service: 'predict', model: 'iris', version: '1.0.0' },
      coldStart: true,
      startup: {
        bootMs: expect.any(Number),
        importMs: expect.any(Number),
        manifestMs: expect.any(Number),
        artifactMs: expect.any(Number),
        sessionMs: expect.any(Number),
      },
      latencyMs: expect.any(Number),
      validateMs: expect.any(Number),
      runMs: expect.any(Number),
      model: 'iris',
      version: '1.0.0',
      status: 200,
      rows: 1,
      prediction: 'setosa',
      confidence: expect.closeTo(0.9766, 4),
      probabilities: [expect.closeTo(0.9766, 4), expect.closeTo(0.0234, 4), expect.closeTo(0, 4)],
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      inputSummary: {
        sepal_length: {
          count: 1,
          mean: expect.closeTo(5.1),
          std: 0,
          min: expect.closeTo(5.1),
          max: expect.closeTo(5.1),
        },
      },
    });
    expect(entry).not.toHaveProperty('inputs');
  });
});

describe('the log', () => {
  test('counts the predictions of a batch and summarises its inputs', async () => {
    const server = await startFunction({ target: 'serve', env: { ...CLOUD, PREDICTION_LOG: 'full' } });
    const rows = [
      [5, 3, 1, 0.2],
      [7, 3, 5, 1.8],
    ];
    await send(server.url, post({ instances: rows }, {}, '/predict/batch'));

    const [entry] = await entriesOf(server);

    expect(entry).toMatchObject({
      rows: 2,
      prediction: { setosa: 1, versicolor: 0, virginica: 1 },
      inputSummary: { sepal_length: { count: 2, mean: 6, std: 1, min: 5, max: 7 } },
      outputSummary: { confidence: { count: 2, mean: expect.any(Number) } },
      inputs: rows,
      predictions: [
        { prediction: 'setosa', confidence: expect.any(Number), probabilities: expect.any(Array) },
        { prediction: 'virginica', confidence: expect.any(Number), probabilities: expect.any(Array) },
      ],
    });
  });

  test('says nothing of inputs where PREDICTION_LOG is none', async () => {
    const server = await startFunction({ target: 'serve', env: { ...CLOUD, PREDICTION_LOG: 'none' } });
    await send(server.url, post({ features: [5.1, 3.5, 1.4, 0.2] }));

    const [entry] = await entriesOf(server);

    expect(entry).toMatchObject({ prediction: 'setosa' });
    expect(entry).not.toHaveProperty('inputSummary');
    expect(entry).not.toHaveProperty('inputs');
    expect(entry).not.toHaveProperty('probabilities');
  });

  test('takes traceparent as it is', async () => {
    const server = await startFunction({ target: 'serve', env: CLOUD });
    await send(
      server.url,
      post({ features: [5.1, 3.5, 1.4, 0.2] }, { traceparent: `00-${TRACE}-00f067aa0ba902b7-00` }),
    );

    expect((await entriesOf(server))[0]).toMatchObject({
      'logging.googleapis.com/trace': `projects/demo-project/traces/${TRACE}`,
      'logging.googleapis.com/spanId': '00f067aa0ba902b7',
      'logging.googleapis.com/trace_sampled': false,
    });
  });

  test('has a bad request as a warning with what was wrong, without a stack', async () => {
    const server = await startFunction({ target: 'serve', env: CLOUD });
    await send(server.url, post({ features: [1, 2] }));

    const [entry] = await entriesOf(server);

    expect(entry).toMatchObject({
      severity: 'WARNING',
      status: 422,
      code: 'validation-failed',
      detail: expect.any(String),
    });
    expect(entry).not.toHaveProperty('stack_trace');
  });

  test('has a failed load once, as an error with its stack, however many requests met it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logs-'));
    await cp('model-artifacts/iris/1.0.0', join(folder, 'iris/1.0.0'), { recursive: true });
    await writeFile(join(folder, 'iris/1.0.0/model.onnx'), 'not what it was');
    const server = await startFunction({ target: 'serve', env: { ...CLOUD, MODEL_REGISTRY: folder } });
    await Promise.all(Array.from({ length: 5 }, () => send(server.url, post({ features: [1, 2, 3, 4] }))));

    const entries = await entriesOf(server);
    const errors = entries.filter(({ severity }) => severity === 'ERROR');

    await rm(folder, { recursive: true });
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^loading the model failed: /),
        code: 'corrupt-artifact',
        stack_trace: expect.stringMatching(/^ServingError: .*\n {4}at /),
        serviceContext: { service: 'predict', version: 'predict-00001-abc' },
      },
    ]);
    expect(entries.filter(({ status, severity }) => status === 503 && severity === 'WARNING')).toHaveLength(
      5,
    );
  });

  test('has a setting that is wrong once, with what to change and without a stack', async () => {
    const server = await startFunction({ target: 'serve', env: { ...CLOUD, MODEL_VERSION: '9.9.9' } });
    await send(server.url, post({ features: [1, 2, 3, 4] }));

    const errors = (await entriesOf(server)).filter(({ severity }) => severity === 'ERROR');

    const detail = 'model "iris" has no complete version 9.9.9, only 1.0.0, 1.1.0';
    expect(errors).toEqual([
      {
        time: expect.any(String),
        severity: 'ERROR',
        message: `loading the manifest failed: ${detail} (MODEL_NAME is iris; MODEL_VERSION is 9.9.9; MODEL_REGISTRY is model-artifacts)`,
        code: 'object-not-found',
        detail,
      },
    ]);
  });

  test('loses nothing of a burst, and keeps every entry on a line of its own', async () => {
    const server = await startFunction({ target: 'serve', env: CLOUD });
    const ids = Array.from({ length: 300 }, (_, index) => `request-${index}`);
    await Promise.all(
      ids.map((id) => send(server.url, post({ features: [5.1, 3.5, 1.4, 0.2] }, { 'x-request-id': id }))),
    );

    const logged = (await entriesOf(server)).map(({ requestId }) => requestId);

    expect(logged.sort()).toEqual(ids.sort());
  });

  test('is readable lines where it is not collected', async () => {
    const server = await startFunction({ target: 'serve', env: { MODEL_NAME: 'iris', LOG_FORMAT: '' } });
    await send(server.url, post({ features: [5.1, 3.5, 1.4, 0.2] }));
    await server.stop();

    expect(server.output()).toMatch(
      /\d\d:\d\d:\d\d\.\d{3} {2}INFO {5}POST \/predict 200 {2}[\d.]+ ms {2}iris\/1\.0\.0 {2}cold start/,
    );
  });

  test('goes to standard output, with a complaint, where the API cannot be used', async () => {
    const env = { ...CLOUD, LOG_TRANSPORT: 'cloud', GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent' };
    const server = await startFunction({ target: 'serve', env });
    const request = post({ features: [5.1, 3.5, 1.4, 0.2] });
    const answers = [await send(server.url, request), await send(server.url, request)];

    const entries = await entriesOf(server);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(entries).toHaveLength(2);
    expect(server.output()).toContain('the log cannot be written');
  });

  test('is silent when it is told to be', async () => {
    const server = await startFunction({ target: 'serve', env: { ...CLOUD, LOG_LEVEL: 'silent' } });
    await send(server.url, post({ features: [5.1, 3.5, 1.4, 0.2] }));

    expect(await entriesOf(server)).toEqual([]);
  });
});

test('a reader of the log that leaves takes no request with it', async () => {
  const server = await startFunction({
    target: 'serve',
    env: CLOUD,
    runner: ['sh', '-c', '"$@" | head -n 1', 'sh'],
  });

  const statuses: number[] = [];
  for (let i = 0; i < 5; i++)
    statuses.push((await send(server.url, post({ features: [5.1, 3.5, 1.4, 0.2] }))).status);

  expect(statuses).toEqual([200, 200, 200, 200, 200]);
  await server.stop();
});
