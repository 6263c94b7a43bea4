import { imageRequest } from '../../bench/load/image-request';
import { createPhotos } from '../../bench/prepare/photos';
import { resolveImageSpec } from '../../shared/core/image-spec';
import { createImageDecoder } from '../../shared/runtime/image/decoder';

test('photos are JPEG files of about 33 KB and 500x375 pixels, which differ and can be repeated', async () => {
  const photos = await createPhotos(2);
  const [again] = await createPhotos(1);

  const decoder = createImageDecoder({ maxPixels: 1e6, maxFrames: 1, timeoutMs: 5_000, concurrency: 1 });
  for (const photo of photos) {
    const { width, height } = await decoder.decode(photo, resolveImageSpec({ input: 'x' }));
    expect([width, height]).toEqual([500, 375]);
    expect(Math.abs(photo.length - 33_000)).toBeLessThan(2_000);
  }
  expect(photos[0]).toEqual(again);
  expect(photos[0]).not.toEqual(photos[1]);
});

test('an upload is a whole request, as long as it says', () => {
  const text = imageRequest('/predict', Buffer.from('JPEG')).toString('latin1');

  const [head = '', ...body] = text.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe('POST /predict HTTP/1.1');
  expect(/Content-Length: (\d+)/.exec(head)?.[1]).toBe(String(body.join('\r\n\r\n').length));
  expect(body.join('\r\n\r\n')).toContain('name="file"; filename="photo.jpg"');
  expect(body[1]).toMatch(/^JPEG\r\n--.+--\r\n$/);
});
