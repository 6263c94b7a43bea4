import { hasCode } from '../../shared/core/errors';
import { isTabular, type Manifest } from '../../shared/core/manifest';
import type { PredictionEntry } from '../prediction-log/log-entry';
import type { Thresholds } from './thresholds';
import { compareVersion, uncompared, type VersionDrift } from './version-drift';
import { createVersionTally, type VersionTally } from './version-tally';

/**
 * Compares the predictions of a model in a log with the baselines of the versions that made them, version by version.
 *
 * @param manifestOf reads a manifest. @throws {ServingError} `object-not-found` for a version that is gone, which is said
 */
export async function measureDrift(
  entries: AsyncIterable<PredictionEntry>,
  manifestOf: (version: string) => Promise<Manifest>,
  thresholds: Thresholds,
): Promise<VersionDrift[]> {
  const versions = new Map<string, Version>();
  for await (const entry of entries) {
    const version = versions.get(entry.version) ?? (await openVersion(entry.version, manifestOf, thresholds));
    versions.set(entry.version, version);
    version.add(entry);
  }
  return [...versions.keys()]
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .flatMap((name) => versions.get(name)?.drift() ?? []);
}

interface Version {
  add(entry: PredictionEntry): void;
  drift(): VersionDrift;
}

async function openVersion(
  name: string,
  manifestOf: (version: string) => Promise<Manifest>,
  thresholds: Thresholds,
): Promise<Version> {
  try {
    const manifest = await manifestOf(name);
    if (!isTabular(manifest)) return countOnly(name, 'it takes no rows of features');
    const tally: VersionTally = createVersionTally(manifest);
    return { add: tally.add, drift: () => compareVersion(manifest, tally.total(), thresholds) };
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
    return countOnly(name, 'the registry does not have it');
  }
}

function countOnly(version: string, notCompared: string): Version {
  let entries = 0;
  let rows = 0;
  return {
    add(entry) {
      entries++;
      rows += entry.rows;
    },
    drift: () => uncompared({ version, entries, rows, rowsWithoutInputs: rows }, notCompared),
  };
}
