import type { LogCounts } from './read-log';

/** What was read of a log, and what of it was left out, in a line. */
export function describeLog(counts: LogCounts): string {
  const { files, entries, predictions, outsideWindow, undated, unreadable, otherModels } = counts;
  const isAnother = predictions + outsideWindow + undated === 0 && otherModels.length > 0;
  const rest = [
    outsideWindow > 0 ? `${outsideWindow} are not in the window` : '',
    undated > 0 ? `${undated} do not say when` : '',
    unreadable > 0 ? `${unreadable} lines are no JSON` : '',
    unreadable > 0 && entries === 0 ? 'run the server with LOG_FORMAT=json' : '',
    isAnother ? `there are predictions of ${otherModels.join(', ')}` : '',
  ].filter((text) => text !== '');
  const read = `read ${entries} entries of ${files} ${files === 1 ? 'file' : 'files'}`;
  return [`${read}, ${predictions} about predictions of the model`, ...rest].join('; ');
}
