import { isImage, isTabular, type Manifest } from '../../shared/core/manifest';
import { formatSpec } from '../../shared/core/signature';
import { routingOf } from '../../shared/registry/model-state';
import { createRegistry, type Registry } from '../../shared/registry/registry';
import { checkVersions, completeVersions } from '../../shared/registry/state-editor';
import type { AddCommand } from '../command';
import { openExistingStoreAt } from '../registry-access';
import { describeHistory, describeRouting } from '../state-text';
import type { CommandResult } from '../terminal';
import { checkModelName, parseVersionName } from '../version-name';

/** Shows how a model is routed and how that came about, or what a version is. */
export const addShow: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('show')
    .description('show how a model is routed, with the history of that; or what one version is')
    .argument('<model[/version]>')
    .addHelpText('after', '\nExamples:\n  onnx-functions show iris\n  onnx-functions show iris/1.1.0 --json')
    .action(
      action(async (name: string) => {
        const registry = createRegistry(await openExistingStoreAt(globals().registry, terminal));
        if (!name.includes('/')) return showModel(registry, checkModelName(name));
        const { model, version } = parseVersionName(name);
        await checkVersions(registry, model, [version]);
        return showVersion(await registry.manifest(model, version));
      }),
    );
};

async function showModel(registry: Registry, name: string): Promise<CommandResult> {
  const [versions, { state, generation }] = await Promise.all([
    completeVersions(registry, name),
    registry.state(name),
  ]);
  const { history = [], retired = [] } = state;
  return {
    json: { name, versions, ...routingOf(state), retired, history, generation },
    lines: [
      `${name}: ${versions.join(', ')}`,
      describeRouting(routingOf(state)),
      ...(history.length === 0 ? [] : ['history:', ...describeHistory(state)]),
    ],
  };
}

function showVersion(manifest: Manifest): CommandResult {
  const {
    name,
    version,
    task = 'tensors',
    description,
    artifact,
    sealed = [],
    signature,
    training,
  } = manifest;
  const specs = [...(signature?.inputs ?? []), ...(signature?.outputs ?? [])];
  const metrics = Object.entries(training?.metrics ?? {}).map(([metric, value]) => `${metric} ${value}`);
  return {
    json: manifest,
    lines: [
      `${name}/${version}: ${task}${description === undefined ? '' : `. ${description}`}`,
      `  ${[artifact, ...sealed].map(({ file, bytes }) => `${file}, ${bytes} bytes`).join('; ')}`,
      ...specs.map((spec) => `  ${spec.name} ${formatSpec(spec)}`),
      ...(isTabular(manifest) ? [`  ${manifest.features.length} features`] : []),
      ...(isImage(manifest) ? [`  images of ${manifest.classes.length} classes`] : []),
      ...(metrics.length === 0 ? [] : [`  ${metrics.join(', ')}`]),
    ],
  };
}
