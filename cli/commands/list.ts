import { hasCode } from '../../shared/core/errors';
import { type Routing, sharesOf } from '../../shared/core/routing';
import { type ModelState, routingOf } from '../../shared/registry/model-state';
import { createRegistry, type Registry } from '../../shared/registry/registry';
import type { AddCommand } from '../command';
import { EXIT_CODES } from '../exit-code';
import { openExistingStoreAt } from '../registry-access';
import { alignColumns, describeTraffic } from '../state-text';

/** Names the models of a registry, their versions, and who answers. */
export const addList: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('list')
    .description('name the models of the registry, their versions, and which answer')
    .addHelpText('after', '\nExample:\n  onnx-functions list --registry gs://my-project-models')
    .action(
      action(async () => {
        const registry = createRegistry(await openExistingStoreAt(globals().registry, terminal));
        const names = await registry.models();
        const described = await Promise.all(names.map((name) => describe(registry, name)));
        // A model whose first version is being published, or was never finished, is none yet.
        const models = described.filter(({ versions }) => versions.length > 0);
        return {
          json: { registry: registry.uri, models },
          lines: toLines(registry.uri, models),
          exitCode: models.some(({ error }) => error !== undefined) ? EXIT_CODES.failed : EXIT_CODES.ok,
        };
      }),
    );
};

interface Described extends Partial<Routing> {
  readonly name: string;
  readonly versions: readonly string[];
  readonly answering?: NonNullable<Routing['traffic']>;
  /** What is wrong with the model's state: nobody can say then which version answers. */
  readonly error?: string;
}

async function describe(registry: Registry, name: string): Promise<Described> {
  const [versions, state] = await Promise.all([registry.versions(name), readState(registry, name)]);
  if (typeof state === 'string') return { name, versions, error: state };
  const routing = routingOf(state);
  return { name, versions, answering: Object.fromEntries(sharesOf(routing, versions.at(-1))), ...routing };
}

/** The state of a model, or what is wrong with it: the others are worth naming all the same. */
async function readState(registry: Registry, name: string): Promise<ModelState | string> {
  try {
    return (await registry.state(name)).state;
  } catch (error) {
    if (hasCode(error, 'invalid-manifest')) return error.message;
    throw error;
  }
}

function toLines(uri: string, models: readonly Described[]): string[] {
  if (models.length === 0) return [`no models in ${uri}`];
  return alignColumns([['MODEL', 'VERSIONS', 'ANSWERING', 'ALIASES', 'SHADOW'], ...models.map(toRow)]);
}

function toRow({ name, versions, answering = {}, aliases = {}, shadow, error }: Described): string[] {
  const row = [name, versions.join(' ')];
  // In place of all that follows from the state.
  if (error !== undefined) return [...row, `error: ${error}`];
  const named = Object.entries(aliases).map(([alias, version]) => `${alias}=${version}`);
  return [
    ...row,
    describeTraffic(answering),
    named.join(' '),
    shadow === undefined ? '' : `${shadow.version} (${shadow.percent} %)`,
  ];
}
