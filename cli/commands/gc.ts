import { ServingError } from '../../shared/core/errors';
import { findGarbage, type Kept, removeGarbage, type Unfinished } from '../../shared/registry/garbage';
import { createRegistry, type Registry } from '../../shared/registry/registry';
import type { AddCommand } from '../command';
import { UsageError } from '../exit-code';
import { type NoteOptions, noteOf, openExistingStoreAt } from '../registry-access';
import { checkModelName } from '../version-name';

interface Options extends NoteOptions {
  readonly keep: number;
  readonly unfinishedHours: number;
  readonly yes: boolean;
}

/** Removes versions that nobody needs, and what is left of those that were never finished. */
export const addGc: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('gc')
    .description('remove versions that nothing is routed to, and what is left of unfinished ones')
    .argument('[model]', 'the model (default: all)')
    .option('--keep <n>', 'newest versions of each model that stay', toCount, 3)
    .option('--unfinished-hours <n>', 'age of what is left of an unfinished version', toCount, 24)
    .option('--yes', 'remove; without it, only say what would be', false)
    .option('--reason <text>', 'why, for the history')
    .option('--by <name>', 'who, for the history (default: you, at this machine)')
    .addHelpText('after', '\nExamples:\n  onnx-functions gc iris\n  onnx-functions gc --keep 5 --yes')
    .action(
      action(async (name: string | undefined, options: Options) => {
        const store = await openExistingStoreAt(globals().registry, terminal);
        const names = await modelsOf(createRegistry(store), name);
        const limits = {
          keep: options.keep,
          unfinishedMs: options.unfinishedHours * HOUR_MS,
          now: terminal.now(),
        };
        const models: Removal[] = [];
        for (const name of names) {
          const found = await findGarbage(store, name, limits);
          const { versions, unfinished } = options.yes
            ? await removeGarbage(store, name, found, noteOf(terminal, options))
            : found;
          models.push({
            name,
            versions,
            unfinished: unfinished.map(({ version }) => version),
            kept: [
              ...found.kept,
              ...found.unfinished.filter((each) => !unfinished.includes(each)).map(toBusy),
            ],
          });
        }
        return { json: { removed: options.yes, models }, lines: toLines(models, options.yes) };
      }),
    );
};

const HOUR_MS = 3_600_000;

/** Of all models, or of one: it may have nothing but what was never finished. */
async function modelsOf(registry: Registry, name: string | undefined): Promise<readonly string[]> {
  const names = await registry.models();
  if (name === undefined) return names;
  if (names.includes(checkModelName(name))) return [name];
  throw new ServingError('object-not-found', `there is no model "${name}" in ${registry.uri}`);
}

interface Removal {
  readonly name: string;
  readonly versions: readonly string[];
  readonly unfinished: readonly string[];
  readonly kept: readonly Kept[];
}

function toBusy({ version }: Unfinished): Kept {
  return { version, why: ['somebody has written to it meanwhile'] };
}

function toLines(models: readonly Removal[], isRemoved: boolean): string[] {
  const lines = models.flatMap(({ name, versions, unfinished }) => [
    ...versions.map((version) => `${isRemoved ? 'removed' : 'would remove'} ${name}/${version}`),
    ...unfinished.map(
      (version) => `${isRemoved ? 'removed' : 'would remove'} what is left of ${name}/${version}`,
    ),
  ]);
  const kept = models.flatMap(({ name, kept }) =>
    kept.map(({ version, why }) => `keeps ${name}/${version}: ${why.join('; ')}`),
  );
  if (lines.length === 0) return [...kept, 'nothing to remove'];
  return [...lines, ...kept, ...(isRemoved ? [] : ['nothing was removed: say --yes to do so'])];
}

function toCount(text: string): number {
  const count = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new UsageError(`expected a number of at least 0, got "${text}"`);
}
