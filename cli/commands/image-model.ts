import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ImageManifest } from '../../shared/core/manifest';
import type { AddCommand } from '../command';
import { UsageError } from '../exit-code';
import { checkModelName, checkVersion } from '../version-name';

interface Options {
  readonly name: string;
  readonly version: string;
  readonly labels: string;
  readonly recipe: string;
}

/** Makes a version of an image classifier from its ONNX file. */
export const addImageModel: AddCommand = (program, { globals, action }) => {
  program
    .command('image-model')
    .description('make a version of an image classifier from its ONNX file')
    .argument('<file.onnx>')
    .requiredOption('--name <name>', 'name of the model')
    .requiredOption('--version <x.y.z>', 'version of the model')
    .requiredOption('--labels <file>', 'class names, one per line, in the order of the scores')
    .option('--recipe <recipe>', 'how images are prepared: imagenet or imagenet-v2', 'imagenet')
    .addHelpText('after', EXAMPLE)
    .action(
      action(async (file: string, options: Options) => {
        const { registry } = globals();
        const version = {
          name: checkModelName(options.name),
          version: checkVersion(options.version),
          recipe: options.recipe,
        };
        checkNew(registry, version);
        const { describeImageModel, parseLabels } = await import('../image-version');
        const { writeVersion } = await import('../../training/version');
        const artifact = await readFile(file);
        const classes = parseLabels(await readFile(options.labels, 'utf8'));
        const manifest = await describeImageModel(artifact, { ...version, classes });
        const paths = await writeVersion(registry, { manifest, artifact });
        return { json: { manifest, wrote: paths }, lines: report(manifest, paths) };
      }),
    );
};

const EXAMPLE = `
Example:
  onnx-functions image-model resnet50.onnx --name resnet50 --version 1.0.0 --labels imagenet-labels.txt`;

function checkNew(registry: string, { name, version }: { name: string; version: string }): void {
  if (registry.includes('://')) throw new UsageError('make a version in a folder, then publish it');
  if (existsSync(join(registry, name, version, 'manifest.json'))) {
    throw new UsageError(
      `${name}/${version} is there already, and a version never changes: give another --version`,
    );
  }
}

function report(
  { name, version, classes, image, output }: ImageManifest,
  paths: readonly string[],
): string[] {
  const scores = image.softmax ? 'logits: confidences are their softmax' : 'probabilities';
  return [
    `${name} ${version}: ${classes.length} classes, images as "${image.input}" (${image.layout})`,
    `  "${output.scores}" gives ${scores}`,
    ...paths.map((path) => `wrote ${relative('', path)}`),
  ];
}
