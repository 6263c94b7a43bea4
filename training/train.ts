// Trains the models that this package embeds: train [iris|digits]... [--out DIR] [--register NAME]
// With MLFLOW_TRACKING_URI it logs them too: docs/models.md.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { trainDigits } from './digits';
import { trainIris } from './iris';
import { openTracking } from './mlflow/tracking';
import { projectPath } from './project-path';
import { type TrainedVersion, writeVersion } from './version';

/** Gives the versions of one model, lowest first. */
type Trainer = () => readonly TrainedVersion[];

const TRAINERS: Readonly<Record<string, Trainer>> = { iris: trainIris, digits: () => [trainDigits()] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: projectPath('model-artifacts') },
    register: { type: 'string' },
  },
});

main(positionals).catch((error: unknown) => {
  for (const message of messagesOf(error)) console.error(message);
  process.exitCode = 1;
});

async function main(names: readonly string[]): Promise<void> {
  const models = names.length === 0 ? Object.keys(TRAINERS) : names;
  const trainers = models.map(findTrainer);
  const tracking = openTracking(process.env, { models, register: values.register });
  const versions: TrainedVersion[] = [];
  for (const train of trainers) {
    for (const version of train()) {
      const paths = await writeVersion(values.out, version);
      process.stdout.write(report(version, paths));
      versions.push(version);
    }
  }
  // What is trained is written by now, whatever the server does.
  for (const version of versions) {
    const logged = await tracking?.log(version);
    if (logged !== undefined) process.stdout.write(`${logged}\n`);
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

/** What went wrong and, beneath it, why. */
function messagesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : messagesOf(error.cause))];
}
