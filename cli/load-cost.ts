// Loads one version in a process of its own and prints what that cost, as JSON.
// Usage: load-cost.ts REGISTRY MODEL/VERSION portable|sealed
import { findSealed } from '../shared/core/sealed';
import type { NamedTensors } from '../shared/core/tensor';
import { createLocalStore } from '../shared/registry/local-store';
import { createRegistry } from '../shared/registry/registry';
import { createSession, runtimeVersion, type Session } from '../shared/runtime/session';
import { exampleInputs } from './same-answers';

/** What this program prints. */
export interface LoadCost {
  readonly sessionMs: number;
  /** Most memory that was resident until the session was there, in bytes. */
  readonly peakBytes: number;
  /** The fastest of some runs of so many rows, in milliseconds. */
  readonly runMs: Readonly<Record<1 | 8, number>>;
}

const RUNS = 10;

async function main([root = '', name = '', variant = 'portable']: readonly string[]): Promise<void> {
  const [model = '', version = ''] = name.split('/');
  const registry = createRegistry(createLocalStore(root));
  const manifest = await registry.manifest(model, version);
  const sealed = variant === 'sealed' ? findSealed(manifest, await runtimeVersion()) : undefined;
  const bytes = await registry.artifact(manifest, sealed && { variant: sealed });
  const startedAt = performance.now();
  const session = await createSession(bytes, { threads: 1, ...(sealed && { sealed }) });
  const cost: LoadCost = {
    sessionMs: performance.now() - startedAt,
    // Kilobytes: https://nodejs.org/api/process.html#processresourceusage
    peakBytes: process.resourceUsage().maxRSS * 1024,
    runMs: {
      1: await fastestRun(session, exampleInputs(manifest, session.signature, 1)),
      8: await fastestRun(session, exampleInputs(manifest, session.signature, 8)),
    },
  };
  console.log(JSON.stringify(cost));
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

void main(process.argv.slice(2));
