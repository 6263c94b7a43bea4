// Runs gcloud for the scripts beside it.
import { spawnSync } from 'node:child_process';

/** What went wrong, in words for who called the script. */
export class Failure extends Error {}

/** Gives what gcloud prints; what it says of errors goes to ours. */
export function gcloud(args) {
  const { status, signal, stdout, error } = spawnSync('gcloud', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw new Failure(`gcloud: ${error.message}`);
  if (status !== 0) throw new Failure(`gcloud ${args.slice(0, 3).join(' ')} ended with ${status ?? signal}`);
  return stdout;
}
