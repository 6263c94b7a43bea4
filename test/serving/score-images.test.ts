import { resolveImageSpec } from '../../shared/core/image-spec';
import type { ImageManifest } from '../../shared/core/manifest';
import { createBatcher } from '../../shared/runtime/batcher';
import { createExchange } from '../../shared/serving/exchange';
import { scoreImages } from '../../shared/serving/images/score-images';
import type { InferenceParts } from '../../shared/serving/inference';
import type { ImageModel } from '../../shared/serving/models/served-model';
import { openTestApp } from '../test-app';

const PIXEL = { data: new Uint8Array(3), width: 1, height: 1 };

/** A model whose runs take 20 ms, and a reader in which an image waits 5 ms for its turn and is decoded in 3. */
function openTimed({ failure }: { failure?: Error } = {}) {
  let clock = 0;
  const now = () => clock;
  const images: InferenceParts['images'] = {
    fetch: async (source) => ('bytes' in source ? source : Promise.reject(new Error('no'))),
    async decode(_image, _spec, { onTurn } = {}) {
      clock += 5;
      onTurn?.();
      clock += 3;
      if (failure) throw failure;
      return PIXEL;
    },
  };
  const run = createBatcher({
    maxRows: 8,
    now,
    async run() {
      clock += 20;
      return { scores: { type: 'float32', dims: [1, 1], data: Float32Array.of(1) } };
    },
  });
  // Of the manifest, only what scoring reads.
  const manifest = {
    signature: { inputs: [{ name: 'x', type: 'float32', shape: ['N', 3, 1, 1] }], outputs: [] },
    classes: ['one'],
    output: { scores: 'scores' },
  } as unknown as ImageManifest;
  const model: ImageModel = { manifest, spec: resolveImageSpec({ input: 'x' }), maxImages: 8, run };
  const { config } = openTestApp();
  return { model, parts: { config, images, now } as unknown as InferenceParts };
}

function exchange() {
  return createExchange(
    {
      method: 'POST',
      path: '/predict',
      query: '',
      headers: {},
      remoteAddress: '',
      body: async () => Buffer.of(),
      stream: async function* () {},
      hasLeft: () => false,
    },
    0,
  );
}

const ONE_IMAGE = { images: [{ bytes: Buffer.of(), pointer: '' }], topK: 1 };

test('what an image waits for its turn to be decoded is queue time, and not preprocessing', async () => {
  const { parts, model } = openTimed();
  const asked = exchange();

  await scoreImages(parts, asked, model, ONE_IMAGE);

  expect(asked.timings).toEqual({ queueMs: 5, preprocessMs: 3, runMs: 20 });
});

test('how long a refused image was decoded is noted all the same', async () => {
  const { parts, model } = openTimed({ failure: new Error('corrupt') });
  const asked = exchange();

  await expect(scoreImages(parts, asked, model, ONE_IMAGE)).rejects.toThrow('corrupt');

  expect(asked.timings).toEqual({ preprocessMs: 3 });
});
