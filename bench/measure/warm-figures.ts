import { generateLoad } from '../load/load-generator';
import type { Contender } from '../servers/contender';
import type { ProcessFacts } from '../servers/process-facts';
import { type Server, startServer } from '../servers/server';
import { quantile } from './statistics';

/** What a warm server does under one load. */
export interface WarmFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the whole server process for each request, in microseconds; undefined outside Linux. */
  readonly cpuMicros: number | undefined;
  /** Memory that was resident at its end, in MB; undefined outside Linux. */
  readonly residentMb: number | undefined;
}

export interface WarmLoad {
  /** One request, or several that are sent in turn. */
  readonly request: Buffer | readonly Buffer[];
  readonly connections: number;
  readonly durationMs: number;
}

/** Loads a server for a while. It should have been loaded before, or this measures its compiler. */
export async function measureLoad(server: Server, load: WarmLoad): Promise<WarmFigures> {
  const before = factsOf(server);
  const { requestsPerSecond, latenciesMs } = await generateLoad({ port: server.port, ...load });
  const after = factsOf(server);
  const hasFacts = before !== undefined && after !== undefined;
  return {
    requestsPerSecond,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    cpuMicros: hasFacts ? ((after.cpuSeconds - before.cpuSeconds) * 1e6) / latenciesMs.length : undefined,
    residentMb: after?.residentMb,
  };
}

/** Loads a contender in a new process: what its compiler happens to do is part of the spread. */
export async function measureNewProcess(
  contender: Contender,
  { warmUpMs, ...load }: WarmLoad & { readonly warmUpMs: number },
): Promise<WarmFigures> {
  const server = await startServer(contender);
  try {
    await measureLoad(server, { ...load, durationMs: warmUpMs });
    return await measureLoad(server, load);
  } finally {
    await server.stop();
  }
}

function factsOf(server: Server): ProcessFacts | undefined {
  return process.platform === 'linux' ? server.facts() : undefined;
}
