import { generateLoad } from '../load/load-generator';
import type { Server } from '../servers/server';
import { quantile } from './statistics';

/** What a warm server does under one load. */
export interface WarmFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the whole server process for each request, in microseconds; undefined outside Linux. */
  readonly cpuMicros: number | undefined;
}

export interface WarmLoad {
  readonly request: Buffer;
  readonly connections: number;
  readonly durationMs: number;
}

/** Loads a server for a while. It should have been loaded before, or this measures its compiler. */
export async function measureLoad(server: Server, load: WarmLoad): Promise<WarmFigures> {
  const before = cpuSeconds(server);
  const { requestsPerSecond, latenciesMs } = await generateLoad({ port: server.port, ...load });
  const after = cpuSeconds(server);
  const hasCpu = before !== undefined && after !== undefined;
  return {
    requestsPerSecond,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    cpuMicros: hasCpu ? ((after - before) * 1e6) / latenciesMs.length : undefined,
  };
}

function cpuSeconds(server: Server): number | undefined {
  return process.platform === 'linux' ? server.facts().cpuSeconds : undefined;
}
