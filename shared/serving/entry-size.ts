import type { FeatureSummary } from '../core/summary';

/**
 * Cloud Logging takes entries of 256 KB, and breaks a longer line up into texts that nobody can read again. Summaries and
 * rows have their shares of that; the rest is for predictions and for what every entry has.
 *
 * @see https://cloud.google.com/logging/quotas
 */
const MAX_SUMMARY_BYTES = 120_000;
const MAX_ROWS_BYTES = 60_000;

/** The five numbers of a summary at their longest, with their names. */
const MOMENTS_BYTES = 180;

/**
 * Leaves out what an entry has no room for: of the features that come last the bins, or how often each value was; and of
 * more than some 500 features the last ones altogether. Lengths are estimated, from above.
 */
export function fitSummaries(summaries: Record<string, FeatureSummary>): Record<string, FeatureSummary> {
  let heads = 0;
  let counts = 0;
  for (const name in summaries) {
    heads += headBytes(name);
    counts += countsBytes(summaries[name] as FeatureSummary);
  }
  return heads + counts <= MAX_SUMMARY_BYTES ? summaries : leaveOut(Object.entries(summaries));
}

function leaveOut(features: readonly [string, FeatureSummary][]): Record<string, FeatureSummary> {
  let room = MAX_SUMMARY_BYTES;
  const kept = features.filter(([name]) => {
    const fits = headBytes(name) <= room;
    if (fits) room -= headBytes(name);
    return fits;
  });
  const fitting: Record<string, FeatureSummary> = {};
  for (const [name, summary] of kept) {
    const bytes = countsBytes(summary);
    if (bytes <= room) {
      fitting[name] = summary;
      room -= bytes;
    } else if ('mean' in summary) {
      const { bins: _, ...moments } = summary;
      fitting[name] = moments;
    }
  }
  return fitting;
}

/** As many of the first rows as an entry has room for. */
export function fitRows(rows: readonly unknown[]): readonly unknown[] {
  let room = MAX_ROWS_BYTES;
  const tooMany = rows.findIndex((row) => {
    room -= Buffer.byteLength(JSON.stringify(row) ?? '') + 1;
    return room < 0;
  });
  return tooMany === -1 ? rows : rows.slice(0, tooMany);
}

/** A character has three bytes at most, save for pairs. */
function headBytes(name: string): number {
  return MOMENTS_BYTES + 3 * name.length;
}

/** How long bins, or counts of values, are as JSON: each a number no longer than all of them together, and a comma. */
function countsBytes(summary: FeatureSummary): number {
  if ('mean' in summary && summary.bins === undefined) return 0;
  const digits = String(summary.count).length + 1;
  if ('mean' in summary) return (summary.bins?.length ?? 0) * digits;
  return Object.keys(summary.categories).reduce((sum, name) => sum + Buffer.byteLength(name) + digits + 3, 0);
}
