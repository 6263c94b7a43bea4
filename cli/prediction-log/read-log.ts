import { type PredictionEntry, toPredictionEntry } from './log-entry';
import type { LogFile } from './log-files';
import { readLogValues } from './log-values';
import { isWithin, type TimeWindow } from './time-window';

/** Which entries of a log are wanted. */
export interface LogFilter {
  readonly model: string;
  /** Any when absent. */
  readonly version?: string | undefined;
  readonly window: TimeWindow;
}

/** What was in a log. */
export interface LogCounts {
  files: number;
  /** JSON values that were read. */
  entries: number;
  /** Lines that are no JSON. */
  unreadable: number;
  /** Entries about predictions of the model, within the window. */
  predictions: number;
  /** Entries about predictions of the model, before or after the window. */
  outsideWindow: number;
  /** Entries about predictions of the model that do not say when; none is within a window that has an end. */
  undated: number;
  /** Other models that there are predictions of, the first few that were met. */
  otherModels: string[];
}

/** Most other models that are named. */
const MAX_OTHERS = 10;

/** Reads the entries that are wanted, in the order of the files, in bounded memory; counts what was met on the way. */
export async function* readLog(
  files: AsyncIterable<LogFile>,
  filter: LogFilter,
  counts: LogCounts,
): AsyncGenerator<PredictionEntry> {
  for await (const file of files) {
    counts.files++;
    for await (const { values, unreadable } of readFile(file)) {
      counts.unreadable += unreadable;
      counts.entries += values.length;
      for (const value of values) {
        const entry = toPredictionEntry(value);
        if (entry === undefined) continue;
        if (entry.model !== filter.model) noteOther(entry.model, counts);
        else if (isWanted(entry, filter, counts)) yield entry;
      }
    }
  }
}

/** Begins with nothing. */
export function createLogCounts(): LogCounts {
  return {
    files: 0,
    entries: 0,
    unreadable: 0,
    predictions: 0,
    outsideWindow: 0,
    undated: 0,
    otherModels: [],
  };
}

async function* readFile({ name, open }: LogFile): ReturnType<typeof readLogValues> {
  try {
    yield* readLogValues(open());
  } catch (cause) {
    throw new Error(`${name} cannot be read`, { cause });
  }
}

function noteOther(model: string, { otherModels }: LogCounts): void {
  if (otherModels.length < MAX_OTHERS && !otherModels.includes(model)) otherModels.push(model);
}

function isWanted({ version, time }: PredictionEntry, filter: LogFilter, counts: LogCounts): boolean {
  if (filter.version !== undefined && version !== filter.version) return false;
  if (isWithin(filter.window, time)) counts.predictions++;
  else if (time === undefined) counts.undated++;
  else counts.outsideWindow++;
  return isWithin(filter.window, time);
}
