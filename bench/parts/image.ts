import { imageRequest } from '../load/image-request';
import { type ImageFigures, type ImageTimes, measureImageServer } from '../measure/image-figures';
import { referenceVariants } from '../measure/image-reference';
import { interleave, type Variant } from '../measure/interleave';
import { type Options, roundsOf } from '../options';
import { prepareImageModel } from '../prepare/image-model';
import { createPhotos } from '../prepare/photos';
import type { PartResult } from '../report/part-result';
import { fieldOf } from '../servers/field';
import { imageContenders } from '../servers/image-contenders';
import { startServer } from '../servers/server';
import type { Workbench } from '../workbench';
import { reportImages } from './image-report';

/** Different photos that are sent in turn. */
const PHOTOS = 6;

/** Measures what servers of images do with photos that are uploaded to them. */
export async function measureImage(bench: Workbench): Promise<PartResult> {
  const { options, node } = bench;
  const times = timesOf(options);
  const { folder, artifact } = await prepareImageModel();
  const photos = await createPhotos(PHOTOS);
  const [photo = Buffer.of()] = photos;
  const requests = photos.map((each) => imageRequest('/predict', each));
  const { present, missing } = fieldOf(await imageContenders(bench, { folder, photo }));
  // The first start of each reads its files from the disk; the others find them in memory.
  if (!options.quick) for (const contender of present) await (await startServer(contender)).stop();
  const variants = new Map<string, Variant<ImageFigures | number>>([
    ...referenceVariants({ node, artifact, photo, times }),
    ...present.map(
      (contender) => [contender.name, () => measureImageServer(contender, requests, times)] as const,
    ),
  ]);
  const samples = await interleave(roundsOf(options, 5), variants);
  return reportImages(samples, missing);
}

function timesOf({ quick }: Options): ImageTimes {
  return quick
    ? { warmUpMs: 300, manyMs: 1_000, fewMs: 700 }
    : { warmUpMs: 3_000, manyMs: 8_000, fewMs: 5_000 };
}
