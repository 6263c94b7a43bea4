import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { json, openTestApp, predictRequest } from '../test-app';

const service = openTestApp({ MODEL_NAME: 'digits', MAX_BATCH_IMAGES: '3' });
const image = { b64: readFileSync(join(__dirname, '../images/small.png')).toString('base64') };
const notBase64 = { b64: '***' };
const notAnImage = { b64: Buffer.from('hello').toString('base64') };

test.each<[string, object, string, string]>([
  ['base64 that is none', { instances: [notBase64] }, '/instances/0/b64', 'expected base64'],
  ['such under "image"', { instances: [{ image: notBase64 }] }, '/instances/0/image/b64', 'expected base64'],
  ['bytes that are no image', { instances: [image, notAnImage] }, '/instances/1', 'expected a JPEG'],
  ['such under "image"', { instances: [{ image: notAnImage }] }, '/instances/0/image', 'expected a JPEG'],
  ['an unknown member', { instances: [{ ...image, size: 1 }] }, '/instances/0/size', '"size" is not known'],
  [
    'what is neither',
    { instances: [image, {}] },
    '/instances/1',
    'expected {"image": {"b64": "..."}} or {"url": "..."}, or {"b64": "..."}, got neither',
  ],
  ['a tensor among images', { instances: [image, [1]] }, '/instances/1', 'expected an object, got an array'],
  [
    'a URL',
    { instances: [{ url: 'https://a.example/b.png' }] },
    '/instances/0/url',
    'this service fetches no',
  ],
  [
    'a top_k that is none',
    { instances: [image], parameters: { top_k: 0 } },
    '/parameters/top_k',
    'expected a whole number of at least 1, got the number 0',
  ],
  [
    'a top_k as text',
    { instances: [image], parameters: { top_k: '2' } },
    '/parameters/top_k',
    'expected a number, got the string "2"',
  ],
])('%s among the instances of Vertex AI is refused by its place', async (_what, body, pointer, detail) => {
  const answer = await service.request(predictRequest(body));

  expect(json(answer)).toMatchObject({
    error: expect.stringContaining(`${pointer}: `),
    errors: [{ pointer, detail: expect.stringContaining(detail) }],
  });
});

test('more instances than a batch may have are refused', async () => {
  const answer = await service.request(predictRequest({ instances: [image, image, image, image] }));

  expect(json(answer)).toMatchObject({ status: 413, error: 'expected at most 3 images, got 4' });
});

test('instances that are images are answered with their classes', async () => {
  const instances = [image, { image }];

  const answer = await service.request(predictRequest({ instances, parameters: { top_k: 2 } }));

  const { predictions } = json(answer) as { predictions: unknown[][] };
  expect(predictions.map(({ length }) => length)).toEqual([2, 2]);
});
