import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectPath } from '../../training/project-path';

/** A process that takes spans and drops them. */
export interface SpanSink {
  /** Base URL, as OTEL_EXPORTER_OTLP_ENDPOINT takes it. */
  readonly endpoint: string;
  /** How many bytes of spans it was sent so far. */
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a sink: a process by itself, so that what it does is not the load generator's or the server's time. */
export async function startSpanSink(): Promise<SpanSink> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [projectPath('bench/programs/span-sink.mjs')], { stdio: [...stdio] });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const endpoint = `http://127.0.0.1:${Number(String(line))}`;
  return {
    endpoint,
    bytes: async () => Number(await (await fetch(endpoint)).text()),
    async stop() {
      process.off('exit', killWithParent);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
