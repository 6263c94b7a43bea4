import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../shared/core/manifest';
import { writeVersion } from '../../training/version';
import type { VersionName } from '../version-name';
import { type FetchOptions, fetchFromMlflow, type MlflowModel } from './fetch-from-mlflow';

/** A folder of models with one version in it. */
export interface StagedModel {
  readonly from: string;
  readonly version: VersionName;
  /** Takes the folder away. */
  remove(): Promise<void>;
}

export interface StageOptions extends FetchOptions {
  /** What the model becomes. @default what its manifest says */
  readonly version?: VersionName | undefined;
  /** Where a model without a manifest is left. @default the folder that the program was started in */
  readonly saveIn?: string;
}

/**
 * Brings a model from MLflow into a folder of models of its own.
 *
 * @throws {Error} for one without a manifest, saying where its files are now and what to do with them; and whatever
 * `fetchFromMlflow` throws.
 */
export async function stageFromMlflow(uri: string, options: StageOptions): Promise<StagedModel> {
  const model = await fetchFromMlflow(uri, options);
  const { manifest: logged, artifact } = model;
  if (logged === undefined) throw await leaveForInit(uri, model, options);
  const manifest = rename(logged, options.version);
  const from = await mkdtemp(join(tmpdir(), 'from-mlflow-'));
  const remove = () => rm(from, { recursive: true, force: true });
  await writeVersion(from, { manifest, artifact }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return { from, version: { model: manifest.name, version: manifest.version }, remove };
}

function rename(manifest: Manifest, version: VersionName | undefined): Manifest {
  return version === undefined ? manifest : { ...manifest, name: version.model, version: version.version };
}

/** Writes the files where `init` can be run on them. Their names are plain, so that none lands elsewhere. */
async function leaveForInit(
  uri: string,
  { artifact, others, source }: MlflowModel,
  { version, saveIn = '' }: StageOptions,
): Promise<Error> {
  const folder = join(saveIn, uri.replace(/[^\w.-]+/g, '-'));
  await mkdir(folder).catch((cause: unknown) => {
    // Nothing of anybody's is overwritten.
    throw new Error(`${uri} has no manifest.json, and there is no new folder ${folder} for its files`, {
      cause,
    });
  });
  await writeFile(join(folder, ONNX_FILE), artifact);
  for (const [name, content] of others) await writeFile(join(folder, name), content, { flag: 'wx' });
  const { model = 'NAME' } = source.mlflow;
  const { model: name, version: number } = version ?? { model, version: '1.0.0' };
  return new Error(
    `${uri} has no manifest.json, so nothing says what its columns and classes are. Its files are in ${folder} now: ` +
      `make a version of them with \`onnx-functions init ${join(folder, ONNX_FILE)} --name ${name} --version ${number}\`, ` +
      `then \`onnx-functions publish ${name}/${number}\``,
  );
}

const ONNX_FILE = 'model.onnx';
