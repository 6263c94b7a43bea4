import { writeFileSync } from 'node:fs';
import { projectPath } from '../../training/project-path';
import { run } from '../prepare/run';
import type { Samples } from '../report/outcome';
import type { ImageTimes } from './image-figures';
import type { Variant } from './interleave';
import { median } from './statistics';

/** Images of one run of the session. */
const BATCH = 4;

/** The names under which the report has what the runtime does without a server. */
export const REFERENCES = {
  /** Images a second, of tensors that are ready. */
  batches: [
    `session.run alone, batches of ${BATCH}`,
    `session.run alone, batches of ${BATCH}, threads not spinning`,
  ],
  /** Median milliseconds of an image from its JPEG file to its scores. */
  lone: ['decode + session.run, one image', 'decode + session.run, one image, threads not spinning'],
} as const;

export interface ReferenceParts {
  /** The Node binary. */
  readonly node: string;
  /** The ONNX file. */
  readonly artifact: string;
  readonly photo: Buffer;
  readonly times: ImageTimes;
}

/**
 * Ways to run the model without a server, each time in a new process. Threads that spin are the runtime's default; on
 * cores that are shared, those that do not are often faster.
 */
export function referenceVariants({ node, artifact, photo, times }: ReferenceParts) {
  const photoFile = projectPath('.cache/bench/photo.jpg');
  writeFileSync(photoFile, photo);
  const runImages = async (batch: number, durationMs: number, spinning: string): Promise<number[]> => {
    const args = [artifact, photoFile, String(batch), String(durationMs), spinning];
    const program = ['build/run.mjs', 'bench/programs/run-images.ts', ...args];
    return JSON.parse(await run(node, program, { cwd: projectPath('.') })) as number[];
  };
  const batches = async (spinning: string) =>
    (BATCH * 1_000) / mean(await runImages(BATCH, times.manyMs, spinning));
  const lone = async (spinning: string) => median(await runImages(1, times.fewMs, spinning));
  return new Map<string, Variant<number>>([
    [REFERENCES.batches[0], () => batches('1')],
    [REFERENCES.batches[1], () => batches('0')],
    [REFERENCES.lone[0], () => lone('1')],
    [REFERENCES.lone[1], () => lone('0')],
  ]);
}

/** The better of the two ways, by the median: that is what a server is held against. */
export function fasterReferences(samples: Samples): { readonly batches: string; readonly lone: string } {
  const middle = (name: string) => median(samples.get(name) ?? []);
  const [spinning, quiet] = REFERENCES.batches;
  const [loneSpinning, loneQuiet] = REFERENCES.lone;
  return {
    batches: middle(spinning) >= middle(quiet) ? spinning : quiet,
    lone: middle(loneSpinning) <= middle(loneQuiet) ? loneSpinning : loneQuiet,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
