import { findSealed } from '../shared/core/sealed';
import type { NamedTensors } from '../shared/core/tensor';
import { createLocalStore } from '../shared/registry/local-store';
import { createRegistry } from '../shared/registry/registry';
import { createSession, runtimeVersion, type Session } from '../shared/runtime/session';
import { exampleInputs } from '../shared/serving/models/example-inputs';
import type { VersionName } from './version-name';

/** What it costs to load one version, in a process that has done nothing else. */
export interface LoadCost {
  readonly sessionMs: number;
  /** Most memory that was resident until the session was there, in bytes. */
  readonly peakBytes: number;
  /** The fastest of some runs of so many rows, in milliseconds. */
  readonly runMs: Readonly<Record<1 | 8, number>>;
}

const RUNS = 10;

/** Loads one version of a registry's folder and measures it. */
export async function measureLoad(
  root: string,
  { model, version }: VersionName,
  variant: string,
): Promise<LoadCost> {
  const registry = createRegistry(createLocalStore(root));
  const manifest = await registry.manifest(model, version);
  const sealed = variant === 'sealed' ? findSealed(manifest, await runtimeVersion()) : undefined;
  const bytes = await registry.artifact(manifest, sealed && { variant: sealed });
  const startedAt = performance.now();
  const session = await createSession(bytes, { threads: 1, ...(sealed && { sealed }) });
  return {
    sessionMs: performance.now() - startedAt,
    // Kilobytes: https://nodejs.org/api/process.html#processresourceusage
    peakBytes: process.resourceUsage().maxRSS * 1024,
    runMs: {
      1: await fastestRun(session, exampleInputs(manifest, session.signature, 1)),
      8: await fastestRun(session, exampleInputs(manifest, session.signature, 8)),
    },
  };
}

async function fastestRun(session: Session, inputs: NamedTensors): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await session.run(inputs);
    fastest = Math.min(fastest, performance.now() - startedAt);
  }
  return fastest;
}
