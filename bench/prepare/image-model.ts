import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeImageModel } from '../../cli/image-version';
import { encodeModel } from '../../shared/onnx/encode';
import { projectPath } from '../../training/project-path';
import { writeVersion } from '../../training/version';
import { digestOf } from './digest';
import { createResnet50 } from './resnet50';

const NAME = 'resnet50';
const VERSION = '1.0.0';

/** Half of the images that 8 connections send: the other half is decoded meanwhile. */
const BATCHING = { max_batch_size: 4 };

/** A registry folder that holds ResNet50 with random weights. */
export interface ImageModel {
  readonly folder: string;
  /** The ONNX file itself. */
  readonly artifact: string;
}

/** Writes the model with the manifest of torchvision's recipe, unless it is there. */
export async function prepareImageModel(): Promise<ImageModel> {
  const inputs = ['bench/prepare/resnet50.ts', 'cli/recipes.ts'].map(projectPath);
  const folder = projectPath(`.cache/bench/images-${digestOf(inputs, JSON.stringify(BATCHING))}`);
  if (!existsSync(join(folder, NAME, 'model.json'))) await write(folder);
  return { folder, artifact: join(folder, NAME, VERSION, 'model.onnx') };
}

async function write(folder: string): Promise<void> {
  const artifact = encodeModel(createResnet50());
  const classes = Array.from({ length: 1000 }, (_, index) => `class ${index}`);
  const options = { name: NAME, version: VERSION, classes, recipe: 'imagenet' };
  const manifest = { ...(await describeImageModel(artifact, options)), batching: BATCHING };
  await writeVersion(folder, { manifest, artifact });
}
