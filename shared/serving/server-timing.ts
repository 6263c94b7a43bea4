import type { Exchange } from './exchange';
import { round } from './request-entry';

/** The split of an answer's time as browsers show it (W3C Server Timing); the first answer has that of the start too. */
export function serverTiming({ timings, startup, coldStart }: Exchange, latencyMs: number): string {
  let text = coldStart ? 'cold, ' : '';
  for (const [name, ms] of Object.entries({ ...startup, ...timings })) {
    text += `${name.slice(0, -'Ms'.length)};dur=${round(ms)}, `;
  }
  return `${text}total;dur=${round(latencyMs)}`;
}
