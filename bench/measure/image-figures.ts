import { generateLoad } from '../load/load-generator';
import type { Contender } from '../servers/contender';
import { type Server, startServer } from '../servers/server';
import { quantile } from './statistics';

/** What one server of images does, from its start on. */
export interface ImageFigures {
  /** From before its process was made to its first answer. */
  readonly firstAnswerMs: number;
  /** Images a second at {@link MANY} connections. */
  readonly imagesPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** The 95th percentile at two connections. */
  readonly pairP95Ms: number;
  /** The median of a request that nothing else is beside. */
  readonly loneP50Ms: number;
  /** The most memory seen under load, in MB (10^6 bytes); undefined outside Linux. */
  readonly residentMb: number | undefined;
}

/** How long each load lasts, in milliseconds. */
export interface ImageTimes {
  readonly warmUpMs: number;
  readonly manyMs: number;
  readonly fewMs: number;
}

/** Connections of the load that throughput is measured with. */
export const MANY = 8;

/** How often memory is looked at. */
const SAMPLE_MS = 50;

/** Starts a server, measures it under three loads of different images, and stops it. */
export async function measureImageServer(
  contender: Contender,
  requests: readonly Buffer[],
  { warmUpMs, manyMs, fewMs }: ImageTimes,
): Promise<ImageFigures> {
  const server = await startServer(contender);
  const load = (connections: number, durationMs: number) =>
    generateLoad({ port: server.port, request: requests, connections, durationMs });
  try {
    await load(MANY, warmUpMs);
    const [many, residentMb] = await withMemory(server, () => load(MANY, manyMs));
    const pair = await load(2, fewMs);
    const lone = await load(1, fewMs);
    return {
      firstAnswerMs: server.firstAnswerMs,
      imagesPerSecond: many.requestsPerSecond,
      p50Ms: quantile(many.latenciesMs, 0.5),
      p95Ms: quantile(many.latenciesMs, 0.95),
      pairP95Ms: quantile(pair.latenciesMs, 0.95),
      loneP50Ms: quantile(lone.latenciesMs, 0.5),
      residentMb,
    };
  } finally {
    await server.stop();
  }
}

/** None of the servers has a second process, so the memory of the one is all. */
async function withMemory<T>(server: Server, work: () => Promise<T>): Promise<[T, number | undefined]> {
  if (process.platform !== 'linux') return [await work(), undefined];
  let most = 0;
  const look = () => {
    most = Math.max(most, server.facts().residentMb);
  };
  const timer = setInterval(look, SAMPLE_MS);
  try {
    const result = await work();
    look();
    return [result, most];
  } finally {
    clearInterval(timer);
  }
}
