import { ServingError } from '../../core/errors';
import { isImage, isTabular, type Manifest } from '../../core/manifest';
import type { NamedTensors } from '../../core/tensor';
import { wantedOutputs } from '../../protocol/native/answer';
import type { Registry } from '../../registry/registry';
import { createLoadCache } from '../../runtime/load-cache';
import type { Session, SessionOptions } from '../../runtime/session';
import { openModelSession } from '../models/model-session';
import { compareAnswers, describePrediction } from './compare-answers';
import type { ShadowCopy, ShadowOutcome } from './shadow-copy';

export interface ShadowRunnerParts {
  readonly openRegistry: () => Promise<Registry>;
  readonly createSession: (model: Uint8Array, options: SessionOptions) => Promise<Session>;
  readonly threads: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Answers a copy with its shadow and compares. Never rejects. */
export type RunShadow = (copy: ShadowCopy) => Promise<ShadowOutcome>;

/** Makes what answers copies, one after the other. It runs in a process of its own: a run cannot be cut short. */
export function createShadowRunner(parts: ShadowRunnerParts): RunShadow {
  const { now } = parts;
  const registries = createLoadCache<Registry>({ now });
  const manifests = createLoadCache<Manifest>({ now, maxEntries: 16 });
  const sessions = createLoadCache<Session>({
    now,
    maxEntries: 1,
    onEvict: (session) => void session.release().catch(() => {}),
  });
  const registry = () => registries.get('registry', parts.openRegistry);
  const manifestOf = (model: string, version: string) =>
    manifests.get(`${model}/${version}`, async () => (await registry()).manifest(model, version));
  let last: Promise<unknown> = Promise.resolve();

  async function open(manifest: Manifest): Promise<Session> {
    const { signal } = new AbortController();
    const session = { ...parts, registry: await registry(), signal, onFailure: () => {} };
    return (await openModelSession(manifest, session)).session;
  }

  async function answer(copy: ShadowCopy): Promise<ShadowOutcome> {
    const { model, version, shadow, rows } = copy;
    const [answered, manifest] = await Promise.all([manifestOf(model, version), manifestOf(model, shadow)]);
    checkComparable(answered, manifest);
    const session = await sessions.get(`${model}/${shadow}`, () => open(manifest));
    const inputs = renamed(copy.inputs, session);
    const startedAt = now();
    const outputs = await session.run(inputs, isTabular(manifest) ? wantedOutputs(manifest) : undefined);
    const runMs = now() - startedAt;
    const copied = { manifest, outputs };
    const comparison = compareAnswers({ manifest: answered, outputs: copy.outputs }, copied, rows);
    return { outcome: 'compared', runMs, prediction: describePrediction(copied, rows), ...comparison };
  }

  return (copy) => {
    const next = last.then(() => answer(copy)).catch(toFailure);
    last = next;
    return next;
  };
}

/** The input of one is the input of the other only if it was made in the same way. */
function checkComparable(answered: Manifest, shadow: Manifest): void {
  const madeOf = (manifest: Manifest) => {
    if (isTabular(manifest)) return manifest.features.map(({ name, categories }) => ({ name, categories }));
    return isImage(manifest) ? { ...manifest.image, input: undefined } : undefined;
  };
  if (JSON.stringify(madeOf(answered)) === JSON.stringify(madeOf(shadow))) return;
  throw new ServingError(
    'validation-failed',
    `${shadow.version} makes its input in another way than ${answered.version}, so that no copy fits it`,
  );
}

/** Versions with one input each may call it by different names. */
function renamed(inputs: NamedTensors, { signature }: Session): NamedTensors {
  const [tensor, ...others] = Object.values(inputs);
  const [input, ...more] = signature.inputs;
  if (tensor === undefined || input === undefined || others.length > 0 || more.length > 0) return inputs;
  return { [input.name]: tensor };
}

function toFailure(error: unknown): ShadowOutcome {
  return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
}
