import { hasCode, ServingError } from '../../core/errors';
import type { Manifest, SealedArtifact } from '../../core/manifest';
import { findSealed } from '../../core/sealed';
import { compareSignatures } from '../../core/signature';
import type { Registry } from '../../registry/registry';
import { runtimeVersion, type Session, type SessionOptions } from '../../runtime/session';
import type { Severity } from '../log-entry';

/** A session of one version, and what it cost. */
export interface ModelSession {
  readonly session: Session;
  /** The sealed artifact that it was made of; absent for the portable one. */
  readonly sealed?: SealedArtifact;
  /** Reading and checking the artifact, in milliseconds. */
  readonly artifactMs: number;
  /** Creating the session of it, in milliseconds. */
  readonly sessionMs: number;
}

export interface ModelSessionParts {
  readonly registry: Registry;
  readonly createSession: (model: Uint8Array, options: SessionOptions) => Promise<Session>;
  readonly threads: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly onFailure: (what: string, error: unknown, severity?: Severity) => void;
  /** Ends the reading of artifacts. */
  readonly signal: AbortSignal;
}

/**
 * Makes the session of a version: of its sealed artifact where one fits this runtime, else of the portable one. A
 * sealed artifact that is missing or broken costs time and is told of, but fails nothing.
 *
 * @throws {ServingError} `corrupt-artifact` for a model that is not what its manifest says, and what reading throws.
 */
export async function openModelSession(manifest: Manifest, parts: ModelSessionParts): Promise<ModelSession> {
  const sealed = manifest.sealed && findSealed(manifest, await runtimeVersion());
  if (sealed === undefined) return open(manifest, parts);
  try {
    return await open(manifest, parts, sealed);
  } catch (error) {
    if (!hasCode(error, 'object-not-found', 'corrupt-artifact')) throw error;
    parts.onFailure('sealed artifact', error, 'WARNING');
    return open(manifest, parts);
  }
}

async function open(
  manifest: Manifest,
  parts: ModelSessionParts,
  sealed?: SealedArtifact,
): Promise<ModelSession> {
  const { registry, now, signal } = parts;
  const startedAt = now();
  const artifact = await registry.artifact(manifest, { signal, ...(sealed && { variant: sealed }) });
  const artifactAt = now();
  const session = await createSessionFor(manifest, artifact, { parts, sealed });
  await checkSignature(manifest, session);
  return {
    session,
    artifactMs: artifactAt - startedAt,
    sessionMs: now() - artifactAt,
    ...(sealed && { sealed }),
  };
}

async function createSessionFor(
  { name, version }: Manifest,
  artifact: Uint8Array,
  { parts, sealed }: { parts: ModelSessionParts; sealed: SealedArtifact | undefined },
): Promise<Session> {
  try {
    return await parts.createSession(artifact, { threads: parts.threads, ...(sealed && { sealed }) });
  } catch (cause) {
    throw new ServingError('corrupt-artifact', `ONNX Runtime cannot load ${name}/${version}`, { cause });
  }
}

async function checkSignature(manifest: Manifest, session: Session): Promise<void> {
  const differences =
    manifest.signature === undefined
      ? checkServable(session)
      : compareSignatures(manifest.signature, session.signature);
  if (differences.length === 0) return;
  await session.release();
  const detail = `the ONNX file is not what the manifest says: ${differences.join('; ')}`;
  throw new ServingError('corrupt-artifact', `${detail}${zipMapHint(session)}`);
}

/** A manifest without a signature takes the ONNX file's, which must then be one that can be served. */
function checkServable({ signature: { inputs, outputs } }: Session): string[] {
  return [
    ...(inputs.length === 0 ? ['it has no input that is a tensor'] : []),
    ...(outputs.length === 0 ? ['it has no output that is a tensor'] : []),
  ];
}

function zipMapHint({ otherOutputs }: Session): string {
  if (otherOutputs.length === 0) return '';
  const names = otherOutputs.map((name) => `"${name}"`).join(', ');
  return `; ${names} cannot be served, being no tensor: \`onnx-functions init\` makes a version of the file that can`;
}
