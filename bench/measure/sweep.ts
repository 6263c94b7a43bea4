import type { Contender } from '../servers/contender';
import { startServer } from '../servers/server';
import { interleave } from './interleave';
import { median } from './statistics';
import { measureLoad, type WarmFigures } from './warm-figures';

/** Figures of one process by number of connections. */
export type Sweep = Readonly<Record<number, WarmFigures>>;

/** Sweeps of several contenders, one a round. */
export type Sweeps = ReadonlyMap<string, readonly Sweep[]>;

export interface SweepPlan {
  /** Numbers of connections, in the order in which they are measured. */
  readonly levels: readonly number[];
  /** How long each level is measured; before the first one the server is warmed up for twice as long. */
  readonly durationMs: number;
  readonly rounds: number;
}

/** Measures contenders in turn, each round in a new process. */
export function measureSweeps(contenders: readonly Contender[], plan: SweepPlan): Promise<Sweeps> {
  const variants = new Map(contenders.map((contender) => [contender.name, () => sweepOne(contender, plan)]));
  return interleave(plan.rounds, variants);
}

async function sweepOne(contender: Contender, { levels, durationMs }: SweepPlan): Promise<Sweep> {
  const server = await startServer(contender);
  const { request } = contender;
  try {
    await measureLoad(server, { request, connections: 8, durationMs: 2 * durationMs });
    const figures: Record<number, WarmFigures> = {};
    for (const connections of levels) {
      figures[connections] = await measureLoad(server, { request, connections, durationMs });
    }
    return figures;
  } finally {
    await server.stop();
  }
}

/** The median of the rounds of one figure at one number of connections. */
export function middleOf(
  rounds: readonly Sweep[],
  level: number,
  figure: (figures: WarmFigures) => number,
): number {
  return median(rounds.flatMap((sweep) => sweep[level] ?? []).map(figure));
}
