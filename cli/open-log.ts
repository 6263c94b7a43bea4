import type { Manifest } from '../shared/core/manifest';
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import { readTruth, type Truth } from './evaluation/truth';
import type { LogOptions } from './log-options';
import type { PredictionEntry } from './prediction-log/log-entry';
import { findLogFiles } from './prediction-log/log-files';
import { createLogCounts, type LogCounts, readLog } from './prediction-log/read-log';
import { mayHold, parseMoment, type TimeWindow } from './prediction-log/time-window';
import type { Terminal } from './terminal';

/** What a log is opened for, and where everything is. */
export interface OpenLogOptions {
  readonly model: string;
  /** Any when absent. */
  readonly version?: string | undefined;
  readonly options: LogOptions;
  readonly env: Terminal['env'];
  /** Where the model is. */
  readonly registry: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A log that is read as its entries are asked for. */
export interface OpenedLog {
  readonly entries: AsyncIterable<PredictionEntry>;
  /** Complete once the entries are read. */
  readonly counts: LogCounts;
  readonly window: TimeWindow;
  /** Whether the registry has the version, or any of the model. */
  hasModel(): Promise<boolean>;
  /** The manifest of a version of the model. */
  manifestOf(version: string): Promise<Manifest>;
  /** Reads what turned out to be true, from the same places. */
  openTruth(source: string): Promise<Truth>;
}

/**
 * Opens the prediction log of a model, and the registry that has its manifests.
 *
 * @throws {UsageError} for a moment that is none
 * @throws {ServingError} `object-not-found` from the iteration for a log that is not there; `store-unavailable`
 */
export async function openLog(
  sources: readonly string[],
  { model, version, options: { since, until }, env, registry, stdin, now }: OpenLogOptions,
): Promise<OpenedLog> {
  const window: TimeWindow = {
    ...(since !== undefined && { since: parseMoment(since, now) }),
    ...(until !== undefined && { until: parseMoment(until, now) }),
  };
  const storage = {
    gcsApiEndpoint: env['GCS_API_ENDPOINT'],
    storageEmulatorHost: env['STORAGE_EMULATOR_HOST'],
  };
  const models = createRegistry(await openStore(registry, storage));
  const counts = createLogCounts();
  const places = { stdin, storage };
  const files = findLogFiles(sources, { ...places, mayHold: (path) => mayHold(path, window) });
  return {
    entries: readLog(files, { model, version, window }, counts),
    counts,
    window,
    hasModel: async () =>
      (await models.versions(model)).some((each) => version === undefined || each === version),
    manifestOf: (name) => models.manifest(model, name),
    openTruth: (source) =>
      readTruth(findLogFiles([source], { ...places, what: 'truth', mayHold: () => true })),
  };
}
