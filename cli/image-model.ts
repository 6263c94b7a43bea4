// Makes a version of an image classifier from its ONNX file: image-model FILE.onnx --name NAME --version X.Y.Z
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type ImageManifest, MODEL_NAME, MODEL_VERSION } from '../shared/core/manifest';
import { projectPath } from '../training/project-path';
import { writeVersion } from '../training/version';
import { describeImageModel, parseLabels } from './image-version';

const USAGE =
  'usage: npm run image-model -- FILE.onnx --name NAME --version X.Y.Z --labels LABELS.txt [--recipe imagenet|imagenet-v2] [--registry DIR]';

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { file, labels, registry, ...options } = readOptions();
  checkNew(registry, options);
  const artifact = await readFile(file);
  const classes = parseLabels(await readFile(labels, 'utf8'));
  const manifest = await describeImageModel(artifact, { ...options, classes });
  const paths = await writeVersion(registry, { manifest, artifact });
  for (const line of report(manifest, paths)) console.log(line);
}

interface Options {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly labels: string;
  readonly recipe: string;
  readonly registry: string;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      version: { type: 'string' },
      labels: { type: 'string' },
      recipe: { type: 'string', default: 'imagenet' },
      registry: { type: 'string', default: projectPath('model-artifacts') },
    },
  });
  const [file, ...others] = positionals;
  const { name, version, labels } = values;
  if (!file || others.length > 0 || !name || !version || !labels) throw new Error(USAGE);
  return { ...values, file, name, version, labels };
}

function checkNew(registry: string, { name, version }: Pick<Options, 'name' | 'version'>): void {
  if (!MODEL_NAME.test(name)) {
    throw new Error(`--name: expected small letters, digits, ".", "_" and "-", got "${name}"`);
  }
  if (!MODEL_VERSION.test(version)) throw new Error(`--version: expected one like 1.0.0, got "${version}"`);
  if (existsSync(join(registry, name, version, 'manifest.json'))) {
    throw new Error(
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
