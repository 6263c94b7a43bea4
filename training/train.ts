// Trains the models that this package embeds: train [--out DIR]
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { trainIris } from './iris';
import { projectPath } from './project-path';
import { type TrainedVersion, writeVersion } from './version';

const { values } = parseArgs({
  options: { out: { type: 'string', default: projectPath('model-artifacts') } },
});

void main(values.out);

async function main(registry: string): Promise<void> {
  const version = trainIris();
  const paths = await writeVersion(registry, version);
  process.stdout.write(report(version, paths));
}

function report({ manifest }: TrainedVersion, paths: readonly string[]): string {
  const metrics = Object.entries(manifest.training?.metrics ?? {});
  const lines = [
    `${manifest.name} ${manifest.version}`,
    ...metrics.map(([name, value]) => `  ${name} ${value}`),
    ...paths.map((path) => `wrote ${relative('', path)}`),
  ];
  return `${lines.join('\n')}\n`;
}
