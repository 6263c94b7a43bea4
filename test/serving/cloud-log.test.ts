import { credentials } from '@grpc/grpc-js';
import { readConfig } from '../../shared/serving/config';
import { createLog } from '../../shared/serving/log';
import { type CloudLoggingServer, startCloudLoggingServer } from '../cloud-logging-server';

let server: CloudLoggingServer;
beforeAll(async () => {
  server = await startCloudLoggingServer();
});
afterAll(() => server.close());

test('LOG_TRANSPORT=cloud sends entries through the Cloud Logging API, special fields in their places', async () => {
  const config = readConfig({ LOG_TRANSPORT: 'cloud', GOOGLE_CLOUD_PROJECT: 'demo-project' });
  const lines: string[] = [];
  const log = createLog(config, {
    writeLine: (line) => lines.push(line),
    cloudClient: { apiEndpoint: '127.0.0.1', port: server.port, sslCreds: credentials.createInsecure() },
  });

  log.write({
    severity: 'WARNING',
    message: 'POST /predict 422',
    httpRequest: { requestMethod: 'POST', status: 422, latency: '0.012000s' },
    'logging.googleapis.com/trace': 'projects/demo-project/traces/4bf92f3577b34da6a3ce929d0e0e4736',
    'logging.googleapis.com/labels': { model: 'iris' },
    requestId: 'order-66',
    latencyMs: 12,
  });
  await log.close();

  expect(lines).toEqual([]);
  expect(server.entries.find(({ severity }) => severity === 'WARNING')).toMatchObject({
    trace: 'projects/demo-project/traces/4bf92f3577b34da6a3ce929d0e0e4736',
    httpRequest: { requestMethod: 'POST', status: 422, latency: { nanos: 12_000_000 } },
    labels: { model: 'iris' },
    jsonPayload: { message: 'POST /predict 422', metadata: { requestId: 'order-66', latencyMs: 12 } },
  });
});

test('an entry of the start goes through the API with what is written next, or at the end', async () => {
  const config = readConfig({ LOG_TRANSPORT: 'cloud', GOOGLE_CLOUD_PROJECT: 'demo-project' });
  const log = createLog(config, {
    writeLine: () => {},
    cloudClient: { apiEndpoint: '127.0.0.1', port: server.port, sslCreds: credentials.createInsecure() },
  });

  log.announce({ severity: 'INFO', message: 'serving iris 1.0.0 at port 8080' });
  await log.close();

  expect(server.entries).toContainEqual(
    expect.objectContaining({
      jsonPayload: expect.objectContaining({ message: 'serving iris 1.0.0 at port 8080' }),
    }),
  );
});

test('the end waits until all that was written is sent', async () => {
  const config = readConfig({ LOG_TRANSPORT: 'cloud', GOOGLE_CLOUD_PROJECT: 'demo-project' });
  const log = createLog(config, {
    writeLine: () => {},
    cloudClient: { apiEndpoint: '127.0.0.1', port: server.port, sslCreds: credentials.createInsecure() },
  });
  const messages = Array.from({ length: 20 }, (_, index) => `the last of ${index}`);

  for (const message of messages) log.write({ severity: 'INFO', message });
  await log.close();

  const sent = server.entries.map(({ jsonPayload }) => (jsonPayload as { message?: string }).message);
  expect(sent).toEqual(expect.arrayContaining(messages));
});
