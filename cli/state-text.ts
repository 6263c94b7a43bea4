import { type Routing, sharesOf } from '../shared/core/routing';
import { type ModelState, routingOf, type StateChange } from '../shared/registry/model-state';

/** A routing in a few words: `production 1.0.0, staging 1.1.0; traffic 1.0.0=90 1.1.0=10; shadow 1.1.0 (20 %)`. */
export function describeRouting({ aliases, traffic, shadow }: Routing): string {
  const named = Object.entries(aliases).map(([alias, version]) => `${alias} ${version}`);
  return [
    named.join(', ') || 'no aliases',
    ...(traffic === undefined ? [] : [`traffic ${describeTraffic(traffic)}`]),
    ...(shadow === undefined ? [] : [`shadow ${shadow.version} (${shadow.percent} %)`]),
  ].join('; ');
}

/** Shares as the command line takes them. */
export function describeTraffic(traffic: NonNullable<Routing['traffic']>): string {
  return Object.entries(traffic)
    .map(([version, percent]) => `${version}=${percent}`)
    .join(' ');
}

/**
 * Which versions answer those who name none, where a change was one of that, and when it is seen.
 */
export function describeAnswering(before: ModelState, after: ModelState): string[] {
  const [then, now] = [before, after].map((state) => describeShares(sharesOf(routingOf(state))));
  if (now === undefined || now === then) return [];
  return [`answering: ${now}${then ? `, before ${then}` : ''}; ${FOLLOWING}`];
}

/** See "When instances notice" in docs/rollout.md. */
export const FOLLOWING = 'running instances follow within seconds of their next request';

/** Says that others answer than a version that was just made. */
export function describeOthers(answering: readonly string[], command: string): string {
  const who = answering.length === 1 ? 'is still the one that answers' : 'are still those that answer';
  return `${answering.join(' and ')} ${who}: \`npx onnx-functions ${command}\` changes that`;
}

function describeShares(shares: ReadonlyMap<string, number>): string {
  const [only] = shares.keys();
  return only !== undefined && shares.size === 1 ? only : describeTraffic(Object.fromEntries(shares));
}

/** The history of a model, a line for each change, the newest first. */
export function describeHistory({ history = [] }: ModelState): string[] {
  return [...history].reverse().map(describeChange);
}

function describeChange({ sequence, at, by, action, reason, versions, to, undoes }: StateChange): string {
  const what = [
    action,
    ...(undoes === undefined ? [] : [`of ${undoes}`]),
    ...(versions ?? []),
    ...(to === undefined || action === 'publish' ? [] : [`-> ${describeRouting(to)}`]),
  ].join(' ');
  return `  ${sequence}  ${at}  ${by}  ${what}${reason === undefined ? '' : `  "${reason}"`}`;
}

/** Rows below each other, columns aligned. The last cell of a shorter row may be longer than its column. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (column < row.length - 1 ? (row[column] ?? '').length : 0))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
