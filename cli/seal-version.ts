import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest, SealedArtifact } from '../shared/core/manifest';
import { createLocalStore } from '../shared/registry/local-store';
import { createRegistry } from '../shared/registry/registry';
import { writeSealed } from '../shared/runtime/seal';
import { createSession, runtimeVersion } from '../shared/runtime/session';
import { formatJson, sha256 } from '../training/manifest';
import { checkSameAnswers } from './same-answers';

export interface SealOptions {
  /** The folder that the registry is; a bucket cannot be sealed in, because what is published never changes. */
  readonly registry: string;
  readonly model: string;
  readonly version: string;
  /** See `SealedArtifact`. @default false */
  readonly prepacking?: boolean;
}

/**
 * Seals a version for the installed ONNX Runtime: writes its sealed artifact beside the portable one and adds it to
 * the manifest, in the place of an earlier one for the same runtime. The rest of the manifest stays.
 *
 * @throws if the sealed session does not answer the manifest's example as the portable one does; then nothing is
 *   written.
 */
export async function sealVersion(options: SealOptions): Promise<SealedArtifact> {
  const { registry: root, model, version, prepacking = false } = options;
  const registry = createRegistry(createLocalStore(root));
  const manifest = await registry.manifest(model, version);
  const artifact = await registry.artifact(manifest);
  const bytes = await seal(artifact);
  await checkAnswers(manifest, { artifact, bytes, prepacking });
  const sealed = await describe(manifest, bytes, prepacking);
  await write(join(root, model, version), { manifest, sealed, bytes });
  return sealed;
}

/** ONNX Runtime writes a file, in a folder of its own until it has proved itself. */
async function seal(artifact: Uint8Array): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'seal-'));
  try {
    const path = join(folder, 'model.ort');
    await writeSealed(artifact, path);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Candidate {
  readonly artifact: Uint8Array;
  readonly bytes: Uint8Array;
  readonly prepacking: boolean;
}

async function checkAnswers(manifest: Manifest, { artifact, bytes, prepacking }: Candidate): Promise<void> {
  const portable = await createSession(artifact, { threads: 1 });
  const sealed = await createSession(bytes, { threads: 1, sealed: { prepacking } });
  try {
    await checkSameAnswers(manifest, portable, sealed);
  } finally {
    await Promise.all([portable.release(), sealed.release()]);
  }
}

async function describe(
  { artifact }: Manifest,
  bytes: Uint8Array,
  prepacking: boolean,
): Promise<SealedArtifact> {
  const hash = sha256(bytes);
  return {
    file: `${artifact.file}.${hash.slice(0, 12)}.ort`,
    bytes: bytes.length,
    sha256: hash,
    format: 'ort',
    runtime: await runtimeVersion(),
    prepacking,
  };
}

interface SealedVersion {
  readonly manifest: Manifest;
  readonly sealed: SealedArtifact;
  readonly bytes: Uint8Array;
}

/** A manifest never names a file that is not there: it follows the new one, and the one it no longer names goes last. */
async function write(folder: string, { manifest, sealed, bytes }: SealedVersion): Promise<void> {
  const before = manifest.sealed ?? [];
  const kept = before.filter(({ runtime }) => runtime !== sealed.runtime);
  await writeFile(join(folder, sealed.file), bytes);
  await writeFile(join(folder, 'manifest.json'), formatJson({ ...manifest, sealed: [...kept, sealed] }));
  const files = new Set([manifest.artifact, ...kept, sealed].map(({ file }) => file));
  for (const { file } of before) if (!files.has(file)) await rm(join(folder, file), { force: true });
}
