// Runs an image model without a server, for as long as it is told, and prints how many milliseconds each run took, as
// JSON. A BATCH of 1 decodes the image for every run, and a larger one runs the same ready tensor again and again.
// Usage: run-images.ts MODEL_FILE IMAGE_FILE BATCH DURATION_MS SPINNING(0 or 1)
import { readFileSync } from 'node:fs';
import { RECIPES } from '../../cli/recipes';
import { resolveImageSpec } from '../../shared/core/image-spec';
import { createImageDecoder } from '../../shared/runtime/image/decoder';
import { toTensor } from '../../shared/runtime/image/tensor';
import { loadRuntime } from '../../shared/runtime/session';
import { RESNET50_TENSORS } from '../prepare/resnet50';

const spec = resolveImageSpec({ ...RECIPES['imagenet'], input: RESNET50_TENSORS.input });

/** Runs before the clock starts. */
const WARM_UP = 3;

async function main(args: readonly string[]): Promise<void> {
  const [modelFile = '', imageFile = '', batch = '', duration = '', spinning = '1'] = args;
  const run = await openRun(modelFile, spinning);
  const prepare = openImage(imageFile, Number(batch));
  const ready = await prepare();
  const once = Number(batch) === 1 ? async () => run(await prepare()) : () => run(ready);
  console.log(JSON.stringify(await timeEach(Number(duration), once)));
}

type Images = ReturnType<typeof toTensor>;

/** The session as anybody creates it. */
async function openRun(modelFile: string, spinning: string): Promise<(images: Images) => Promise<unknown>> {
  const ort = await loadRuntime();
  const session = await ort.InferenceSession.create(modelFile, {
    extra: { session: { intra_op: { allow_spinning: spinning } } },
  });
  return ({ data, dims }) =>
    // The recipe makes float32.
    session.run({ [spec.input]: new ort.Tensor('float32', data as Float32Array, dims) });
}

/** Decodes an image, as the servers do, into a tensor of so many copies of it. */
function openImage(imageFile: string, copies: number): () => Promise<Images> {
  const decoder = createImageDecoder({ maxPixels: 1e8, maxFrames: 1, timeoutMs: 10_000, concurrency: 1 });
  const bytes = readFileSync(imageFile);
  return async () => {
    const pixels = await decoder.decode(bytes, spec);
    return toTensor(
      Array.from({ length: copies }, () => pixels),
      spec,
    );
  };
}

async function timeEach(durationMs: number, work: () => Promise<unknown>): Promise<number[]> {
  for (let run = 0; run < WARM_UP; run++) await work();
  const times: number[] = [];
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return times;
}

void main(process.argv.slice(2));
