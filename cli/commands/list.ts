import { sharesOf } from '../../shared/core/routing';
import { routingOf } from '../../shared/registry/model-state';
import { createRegistry, type Registry } from '../../shared/registry/registry';
import type { AddCommand } from '../command';
import { openStoreAt } from '../registry-access';
import { alignColumns, describeTraffic } from '../state-text';

/** Names the models of a registry, their versions, and who answers. */
export const addList: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('list')
    .description('name the models of the registry, their versions, and which answer')
    .addHelpText('after', '\nExample:\n  onnx-functions list --registry gs://my-project-models')
    .action(
      action(async () => {
        const registry = createRegistry(await openStoreAt(globals().registry, terminal));
        const names = await registry.models();
        const described = await Promise.all(names.map((name) => describe(registry, name)));
        // A model whose first version is being published, or was never finished, is none yet.
        const models = described.filter(({ versions }) => versions.length > 0);
        return { json: { registry: registry.uri, models }, lines: toLines(registry.uri, models) };
      }),
    );
};

type Described = Awaited<ReturnType<typeof describe>>;

async function describe(registry: Registry, name: string) {
  const [versions, { state }] = await Promise.all([registry.versions(name), registry.state(name)]);
  const routing = routingOf(state);
  return { name, versions, answering: Object.fromEntries(sharesOf(routing, versions.at(-1))), ...routing };
}

function toLines(uri: string, models: readonly Described[]): string[] {
  if (models.length === 0) return [`no models in ${uri}`];
  const rows = models.map(({ name, versions, answering, aliases, shadow }) => [
    name,
    versions.join(' '),
    describeTraffic(answering),
    Object.entries(aliases)
      .map(([alias, version]) => `${alias}=${version}`)
      .join(' '),
    shadow === undefined ? '' : `${shadow.version} (${shadow.percent} %)`,
  ]);
  return alignColumns([['MODEL', 'VERSIONS', 'ANSWERING', 'ALIASES', 'SHADOW'], ...rows]);
}
