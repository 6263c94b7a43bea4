import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ArtifactFile } from '../../shared/core/manifest';
import { parseManifest } from '../../shared/core/manifest-text';
import { sharesOf } from '../../shared/core/routing';
import { createLocalStore } from '../../shared/registry/local-store';
import { routingOf } from '../../shared/registry/model-state';
import type { NewVersion, PublishOutcome } from '../../shared/registry/publish';
import { createRegistry } from '../../shared/registry/registry';
import { checkVersions } from '../../shared/registry/state-editor';
import type { AddCommand } from '../command';
import { UsageError } from '../exit-code';
import { createProgress } from '../progress';
import { changeModel, type NoteOptions, noteOf, openStoreAt } from '../registry-access';
import { describeOthers, FOLLOWING } from '../state-text';
import type { CommandResult, Terminal } from '../terminal';
import { parseVersionName, type VersionName } from '../version-name';

interface Options extends NoteOptions {
  readonly from: string;
  readonly fromMlflow?: string;
  readonly verify: boolean;
  readonly promote: boolean;
}

/** Copies a version from a folder of models into a registry. */
export const addPublish: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('publish')
    .description('put a version into the registry: whole or not at all, and never over another one')
    .argument('[model/version]', 'from MLflow: what it becomes (default: what its manifest says)')
    .option('--from <folder>', 'folder of models that has it', 'model-artifacts')
    .option('--from-mlflow <uri>', 'models:/NAME/VERSION, models:/NAME@ALIAS or runs:/RUN/PATH that has it')
    .option('--no-verify', 'do not load and run it first')
    .option('--promote', 'make it the one that answers', false)
    .option('--reason <text>', 'why, for the history')
    .option('--by <name>', 'who, for the history (default: you, at this machine)')
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (name: string | undefined, options: Options) => {
        const place = await findPlace(name, options, terminal);
        try {
          return await publishFrom(place, options);
        } finally {
          await place.remove();
        }
      }),
    );

  async function publishFrom({ from, version }: Place, options: Options): Promise<CommandResult> {
    const { registry } = globals();
    if (resolve(registry) === resolve(from)) throw new UsageError(SAME_PLACE);
    if (options.verify) await verify(from, version);
    const store = await openStoreAt(registry, terminal);
    const note = noteOf(terminal, options);
    const { publish } = await import('../../shared/registry/publish');
    const onProgress = createProgress(terminal);
    const outcome = await publish(store, await readVersion(from, version), { note, onProgress });
    const isPromoted = options.promote && (await promoteIt(store, version, note));
    const opened = createRegistry(store);
    const { state } = await opened.state(version.model);
    const shares = sharesOf(routingOf(state), (await opened.versions(version.model)).at(-1));
    const name = `${version.model}/${version.version}`;
    const option = registry === terminal.env['MODEL_REGISTRY'] ? '' : ` --registry ${registry}`;
    return {
      json: { ...version, registry: store.uri, outcome, aliases: state.aliases },
      lines: [
        `${describeOutcome(outcome, name, store.uri)}; ${describePlace(shares, version, `promote ${name}${option}`)}`,
        ...(isPromoted ? [FOLLOWING] : []),
      ],
    };
  }
};

const EXAMPLES = `
Examples:
  onnx-functions publish wine/1.0.0 --registry gs://my-project-models
  onnx-functions publish --from-mlflow models:/wine/3 --registry gs://my-project-models
  onnx-functions publish wine/2.0.0 --from-mlflow models:/wine@champion`;

/** A folder of models, and which version of it. */
interface Place {
  readonly from: string;
  readonly version: VersionName;
  remove(): Promise<void>;
}

async function findPlace(
  name: string | undefined,
  { from, fromMlflow }: Options,
  { env }: Terminal,
): Promise<Place> {
  const version = name === undefined ? undefined : parseVersionName(name);
  if (fromMlflow !== undefined) {
    const { stageFromMlflow } = await import('../mlflow/stage-model');
    return stageFromMlflow(fromMlflow, { env, version });
  }
  if (version === undefined) throw new UsageError('expected MODEL/VERSION, or --from-mlflow');
  return { from, version, remove: async () => {} };
}

const SAME_PLACE = '--registry and --from are the same place: say where to publish to with --registry';

async function verify(from: string, { model, version }: VersionName): Promise<void> {
  const { verifyVersion } = await import('../verify-version');
  await verifyVersion(createRegistry(createLocalStore(from)), model, version);
}

/** Reads a version from a folder, its files as they are asked for. @throws {ServingError} `invalid-manifest` */
export async function readVersion(from: string, { model, version }: VersionName): Promise<NewVersion> {
  const folder = join(from, model, version);
  const store = createLocalStore(from);
  await checkVersions(createRegistry(store), model, [version]);
  const { bytes } = await store.read(`${model}/${version}/manifest.json`);
  const text = Buffer.from(bytes).toString();
  const manifest = parseManifest(text, join(folder, 'manifest.json'));
  return {
    manifest,
    manifestBytes: bytes,
    read: async (file: ArtifactFile) => readFile(join(folder, file.file)),
  };
}

async function promoteIt(
  store: Awaited<ReturnType<typeof openStoreAt>>,
  { model, version }: VersionName,
  note: ReturnType<typeof noteOf>,
): Promise<boolean> {
  const { promote } = await import('../../shared/registry/state-changes');
  const { state } = await createRegistry(store).state(model);
  // The first version is promoted already.
  if (state.aliases['production'] === version && state.traffic === undefined) return false;
  await changeModel(store, model, promote(version), { note });
  return true;
}

function describeOutcome(outcome: PublishOutcome, name: string, uri: string): string {
  return outcome === 'published' ? `published ${name} to ${uri}` : `${name} is in ${uri} already`;
}

/** @param command what would make it answer where it does not. */
function describePlace(
  shares: ReadonlyMap<string, number>,
  { version }: VersionName,
  command: string,
): string {
  const share = shares.get(version);
  if (share === 100) return 'it is the production version';
  if (share !== undefined) return `it has ${share} % of the traffic`;
  return describeOthers([...shares.keys()], command);
}
