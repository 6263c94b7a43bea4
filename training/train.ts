// Trains the models that this package embeds: train [iris|digits]... [--out DIR]
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { trainDigits } from './digits';
import { trainIris } from './iris';
import { projectPath } from './project-path';
import { type TrainedVersion, writeVersion } from './version';

/** Gives the versions of one model, lowest first. */
type Trainer = () => readonly TrainedVersion[];

const TRAINERS: Readonly<Record<string, Trainer>> = { iris: trainIris, digits: () => [trainDigits()] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: projectPath('model-artifacts') } },
});

main(values.out, positionals).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

async function main(registry: string, names: readonly string[]): Promise<void> {
  const trainers = names.length === 0 ? Object.values(TRAINERS) : names.map(findTrainer);
  for (const train of trainers) {
    for (const version of train()) {
      const paths = await writeVersion(registry, version);
      process.stdout.write(report(version, paths));
    }
  }
}

function findTrainer(name: string): Trainer {
  const train = Object.hasOwn(TRAINERS, name) ? TRAINERS[name] : undefined;
  if (train !== undefined) return train;
  throw new Error(`train: expected ${Object.keys(TRAINERS).join(' or ')}, got "${name}"`);
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
