// Which revisions of a Cloud Run service have its traffic.
import { Failure, gcloud } from './gcloud.mjs';

/** Revisions that are tried out have this tag, and an address of their own by it. */
export const TAG = 'candidate';

/** Gives a revision some percent of the traffic; the rest stays with the others, in the proportions that it had. */
export function shift({ service, at }, revision, percent) {
  gcloud(['run', 'services', 'update-traffic', service, ...at, `--to-revisions=${revision}=${percent}`]);
}

/** The revision that is tried out. */
export function findCandidate(settings) {
  const { tried } = readTraffic(settings);
  if (tried !== undefined) return tried;
  throw new Failure(
    `${settings.service}: no revision is tagged ${TAG}; begin with: rollout.mjs candidate IMAGE`,
  );
}

/** The revision that is tried out, if any, and the percent of the traffic of each that has some. */
export function readTraffic({ service, at }) {
  const described = gcloud(['run', 'services', 'describe', service, ...at, '--format=json']);
  const traffic = JSON.parse(described).status.traffic ?? [];
  const percents = {};
  // A revision can be in the list twice: by its name, and by its tag.
  for (const { revisionName, percent = 0 } of traffic) {
    if (percent > 0) percents[revisionName] = (percents[revisionName] ?? 0) + percent;
  }
  return { tried: traffic.find(({ tag }) => tag === TAG), percents };
}

/** The revision that has most, of all but `other`. */
export function mostTraffic(percents, other) {
  const parts = Object.entries(percents).filter(([revision]) => revision !== other);
  return parts.sort(([, a], [, b]) => b - a)[0]?.[0];
}
