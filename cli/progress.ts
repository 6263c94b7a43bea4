import type { ArtifactFile } from '../shared/core/manifest';
import type { Terminal } from './terminal';

/** Shows how far an upload is: to a person all the time, to a log when a file is done. */
export function createProgress({
  err,
  isInteractive,
}: Terminal): (file: ArtifactFile, bytes: number) => void {
  return ({ file, bytes: total }, bytes) => {
    const isDone = bytes >= total;
    if (!isDone && !isInteractive) return;
    const line = isDone
      ? `uploaded ${file}, ${formatBytes(total)}`
      : `${file}: ${formatBytes(bytes)} of ${formatBytes(total)}`;
    // A shorter line would leave the end of the one before it.
    err(`${isInteractive ? '\r\x1b[K' : ''}${line}${isDone ? '\n' : ''}`);
  };
}

function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;
}
