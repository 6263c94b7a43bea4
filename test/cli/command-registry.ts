import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVersion } from '../../cli/commands/publish';
import { createGcsStore } from '../../shared/registry/gcs-store';
import { createLocalStore } from '../../shared/registry/local-store';
import { publish } from '../../shared/registry/publish';
import type { Store } from '../../shared/registry/store';
import { projectPath } from '../../training/project-path';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { NOTE } from '../registry/published-registry';
import { type Ended, runCli } from './run-cli';

/** A registry of its own for a test, and the program that works on it. */
export interface CommandRegistry {
  readonly uri: string;
  readonly store: Store;
  /** Environment that the program needs to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command on it. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs a command on it with `--json`, and reads what it prints. */
  json(...args: readonly string[]): Promise<{ readonly code: number; readonly json: unknown }>;
}

/** Runs a suite twice: on registries in folders, and on registries in a bucket of the emulator. */
export function describeOnRegistries(
  name: string,
  suite: (openRegistry: () => Promise<CommandRegistry>) => void,
): void {
  describe(`${name}, in a folder`, () => {
    const folders: string[] = [];
    afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

    suite(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'commands-'));
      folders.push(folder);
      return commandRegistry(createLocalStore(folder), folder, {});
    });
  });

  describeWithEmulator(`${name}, in a bucket`, () => {
    let emulator: GcsEmulator;
    let count = 0;
    beforeAll(async () => {
      emulator = await startGcsEmulator();
      await emulator.createBucket('models');
    });
    afterAll(() => emulator?.stop());

    suite(async () => openBucketRegistry(`registry-${++count}`, emulator.endpoint));
  });
}

/** The registry under a prefix of the emulator's bucket `models`, reached through an address. */
export function openBucketRegistry(prefix: string, endpoint: string): CommandRegistry {
  const store = createGcsStore({ bucket: 'models', prefix, endpoint });
  return commandRegistry(store, `gs://models/${prefix}`, { GCS_API_ENDPOINT: endpoint });
}

function commandRegistry(store: Store, uri: string, env: Readonly<Record<string, string>>): CommandRegistry {
  const run = (...args: readonly string[]) => runCli([...args, '--registry', uri], env);
  return {
    uri,
    store,
    env,
    run,
    async json(...args) {
      const { code, stdout } = await run(...args, '--json');
      return { code, json: JSON.parse(stdout) };
    },
  };
}

/** Publishes versions of the embedded models, as `iris/1.0.0`. */
export async function publishEmbedded(store: Store, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const [model = '', version = ''] = name.split('/');
    await publish(store, await readVersion(projectPath('model-artifacts'), { model, version }), {
      note: NOTE,
    });
  }
}
