import { readFileSync } from 'node:fs';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { type Received, send } from './send';

const IMAGE = readFileSync(projectPath('test/images/small.png'));

const HOSTS: readonly [name: string, env: Record<string, string>, program?: readonly string[]][] = [
  ['the Functions Framework', {}],
  ['the Functions Framework with RAW_HTTP=off', { RAW_HTTP: 'off' }],
  ['the container server', {}, ['dist/server.js']],
];

describe.each(HOSTS)('images over a socket, behind %s', (_name, env, program) => {
  let server: FunctionProcess;
  beforeAll(async () => {
    server = await startFunction({
      target: 'serve',
      env: { MODEL_NAME: 'digits', ...env },
      ...(program && { program }),
    });
  });
  afterAll(() => server.stop());

  const post = (body: Buffer | string, type: string, path = '/predict'): Promise<Received> =>
    send(server.url, { method: 'POST', path, headers: { 'content-type': type }, body });

  const FORM = 'multipart/form-data; boundary=cut';
  const part = Buffer.concat([
    Buffer.from('--cut\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n'),
    Buffer.from('content-type: image/png\r\n\r\n'),
    IMAGE,
    Buffer.from('\r\n'),
  ]);
  const topK = Buffer.from('--cut\r\ncontent-disposition: form-data; name="top_k"\r\n\r\n2\r\n');
  const end = Buffer.from('--cut--\r\n');

  test.each<[string, Buffer | string, string]>([
    ['a form', Buffer.concat([part, topK, end]), FORM],
    ['its bytes', IMAGE, 'image/png'],
    ['base64 in JSON', JSON.stringify({ image: { b64: IMAGE.toString('base64') } }), 'application/json'],
  ])('one is taken as %s', async (_what, body, type) => {
    const { status, body: text } = await post(body, type, '/predict?top_k=2');

    expect([status, (JSON.parse(text) as { predictions: unknown[] }).predictions.length]).toEqual([200, 2]);
  });

  test('many are taken as a form', async () => {
    const { body } = await post(Buffer.concat([part, part, end]), FORM, '/predict/batch');

    expect((JSON.parse(body) as { predictions: unknown[] }).predictions).toHaveLength(2);
  });

  test('one that is cut off is refused with the reason', async () => {
    const { status, body } = await post(IMAGE.subarray(0, 1000), 'image/png');

    expect([status, JSON.parse(body)]).toEqual([
      422,
      expect.objectContaining({ detail: 'the PNG image is truncated: its end is missing' }),
    ]);
  });
});

test('without MODEL_NAME the embedded iris is served, and sharp is not loaded', async () => {
  const server = await startFunction({ target: 'serve', program: ['dist/server.js'] });

  const { body } = await send(server.url, {
    method: 'POST',
    path: '/predict',
    body: '{"features":[5.1,3.5,1.4,0.2]}',
  });
  const libraries = readFileSync(`/proc/${server.pid}/maps`, 'utf8');
  await server.stop();

  expect(JSON.parse(body)).toMatchObject({ model_name: 'iris', prediction_label: 'setosa' });
  expect(libraries).toContain('onnxruntime');
  expect(libraries).not.toContain('sharp');
});
