import { fromFloat16 } from '../../shared/core/float16';
import { type ImageSpec, resolveImageSpec } from '../../shared/core/image-spec';
import { toTensor } from '../../shared/runtime/image/tensor';

/** Two pixels beside each other. */
const PIXELS = { data: Uint8Array.of(0, 51, 102, 153, 204, 255), width: 2, height: 1 };

function tensorOf(spec: Partial<ImageSpec>, type?: 'float32' | 'float16' | 'uint8') {
  return toTensor([PIXELS], resolveImageSpec({ input: 'x', ...spec }), type);
}

test.each([
  [{}, [1, 3, 1, 2], [0, 0.6, 0.2, 0.8, 0.4, 1]],
  [{ layout: 'nhwc' }, [1, 1, 2, 3], [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [{ channels: 'bgr' }, [1, 3, 1, 2], [0.4, 1, 0.2, 0.8, 0, 0.6]],
  [{ channels: 'bgr', layout: 'nhwc' }, [1, 1, 2, 3], [0.4, 0.2, 0, 1, 0.8, 0.6]],
  [{ scale: 1, layout: 'nhwc' }, [1, 1, 2, 3], [0, 51, 102, 153, 204, 255]],
  [{ scale: 1, invert: true, layout: 'nhwc' }, [1, 1, 2, 3], [255, 204, 153, 102, 51, 0]],
  [{ mean: [0.5], std: [0.5], layout: 'nhwc' }, [1, 1, 2, 3], [-1, -0.6, -0.2, 0.2, 0.6, 1]],
  [{ scale: 1, mean: [1, 2, 3], std: [1, 7, 1] }, [1, 3, 1, 2], [-1, 152, 7, 202 / 7, 99, 252]],
  [{ channels: 'bgr', scale: 1, mean: [1, 2, 3] }, [1, 3, 1, 2], [101, 254, 49, 202, -3, 150]],
  // Pillow: Image.new('RGB', (1, 1), (0, 51, 102)).convert('L') is 42, of (153, 204, 255) it is 195.
  [{ channels: 'grey', scale: 1 }, [1, 1, 1, 2], [42, 195]],
  [{ channels: 'grey', scale: 1, layout: 'nhwc' }, [1, 1, 2, 1], [42, 195]],
] satisfies [Partial<ImageSpec>, number[], number[]][])('%j makes %j of %j', (spec, dims, expected) => {
  const { type, dims: made, data } = tensorOf(spec);

  expect([type, made]).toEqual(['float32', dims]);
  expect(data).toEqual(Float32Array.from(expected));
});

test('a tensor of bytes is rounded and cut to what fits', () => {
  expect(tensorOf({ scale: 1.5, mean: [1] }, 'uint8').data).toEqual(Uint8Array.of(0, 229, 76, 255, 152, 255));
});

test('a tensor of halves holds their bits', () => {
  const { data } = tensorOf({ scale: 1 }, 'float16');

  expect(Array.from(data as Uint16Array, fromFloat16)).toEqual([0, 153, 51, 204, 102, 255]);
});

test('images follow each other along the first axis', () => {
  const other = { ...PIXELS, data: PIXELS.data.toReversed() };
  const { dims, data } = toTensor([PIXELS, other], resolveImageSpec({ input: 'x', scale: 1 }));

  expect(dims).toEqual([2, 3, 1, 2]);
  expect(data).toEqual(Float32Array.of(0, 153, 51, 204, 102, 255, 255, 102, 204, 51, 153, 0));
});

test('images of different sizes make no tensor', () => {
  const tall = { ...PIXELS, width: 1, height: 2 };

  expect(() => toTensor([PIXELS, tall], resolveImageSpec({ input: 'x' }))).toThrow(
    'expected images of one size together, got 2x1 and 1x2',
  );
});
