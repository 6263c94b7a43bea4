import { hasCode } from '../../shared/core/errors';
import type { Manifest } from '../../shared/core/manifest';
import type { PredictionEntry } from '../prediction-log/log-entry';
import { type ArmScore, type ArmTally, createArmTally } from './arm-tally';
import { type ArmComparison, compareArms, rowsOf } from './compare-arms';
import { type Outcome, outcomesOf, toNumberOutcome } from './outcomes';
import type { Truth } from './truth';

/** How the predictions of a model fared. */
export interface Evaluation {
  /** Each version, over all its traffic. */
  readonly versions: readonly ArmScore[];
  /** Each version, over the traffic that was split to it; empty where the log does not say what was split. */
  readonly arms: readonly ArmScore[];
  /** Each version against the one that more traffic was split to; empty where there is one version. */
  readonly comparisons: readonly ArmComparison[];
  readonly joined: number;
  /** Truths whose request is not in the log, or whose row is not: `PREDICTION_LOG=full` lists up to 100 of a request. */
  readonly withoutPrediction: number;
  /** Rows of the log that were predicted and have no truth, or whose prediction the log does not tell apart. */
  readonly withoutTruth: number;
  /** Truths that are no class of the model, or no number for a regression. */
  readonly misfits: number;
  /** Truths that came again for the same row; the last one counts. */
  readonly repeatedTruths: number;
  /** Lines of the truth of which nothing could be made. */
  readonly unreadableTruths: number;
  /** Whether the log says which traffic was split; else every request takes part in the comparison. */
  readonly knowsSplit: boolean;
}

/** Where predictions are found, and what is known of the versions that made them. */
export interface EvaluationParts {
  readonly entries: AsyncIterable<PredictionEntry>;
  readonly truth: Truth;
  /** @throws {ServingError} `object-not-found` for a version that is gone; its classes are then not known */
  manifestOf(version: string): Promise<Manifest>;
}

/** One version: all its traffic, and what of it was split between versions. */
interface Version {
  readonly all: ArmTally;
  readonly split: ArmTally;
  /** Whether its manifest has no classes: what it predicts are numbers. */
  readonly predictsNumbers: boolean;
}

/** Joins what was predicted with what was true, by request id; a request counts once, with its first entry. */
export async function evaluate({ entries, truth, manifestOf }: EvaluationParts): Promise<Evaluation> {
  const versions = new Map<string, Version>();
  let joined = 0;
  let misfits = 0;
  let lost = 0;
  let rows = 0;
  let knowsSplit = false;
  for await (const entry of entries) {
    knowsSplit ||= entry.versionReason !== undefined;
    rows += entry.rows;
    const outcomes = outcomesOf(entry);
    if (entry.requestId === undefined || outcomes.length === 0) continue;
    const truths = truth.take(entry.requestId);
    if (truths === undefined) continue;
    const version = versions.get(entry.version) ?? (await openVersion(entry.version, manifestOf));
    versions.set(entry.version, version);
    for (const [row, label] of truths) {
      const outcome = outcomes.find((each) => each.row === row);
      if (outcome === undefined) lost++;
      else if (addTo(version, entry, outcome, label)) joined++;
      else misfits++;
    }
  }
  const scores = [...versions.values()];
  const all = scores.map((score) => score.all.total()).sort(byVersion);
  const split = scores.map((score) => score.split.total()).sort(byVersion);
  const arms = knowsSplit ? split.filter((arm) => rowsOf(arm) > 0) : [];
  return {
    versions: all,
    arms,
    comparisons: compareArms(knowsSplit ? arms : all),
    joined,
    withoutPrediction: truth.remaining() + lost,
    withoutTruth: rows - joined - misfits,
    misfits,
    repeatedTruths: truth.repeated,
    unreadableTruths: truth.unreadable,
    knowsSplit,
  };
}

async function openVersion(name: string, manifestOf: EvaluationParts['manifestOf']): Promise<Version> {
  const known = await classesOf(name, manifestOf);
  const classes = known ?? [];
  return {
    all: createArmTally(name, classes),
    split: createArmTally(name, classes),
    predictsNumbers: known?.length === 0,
  };
}

/** Undefined for a version that is gone. */
async function classesOf(
  name: string,
  manifestOf: EvaluationParts['manifestOf'],
): Promise<readonly string[] | undefined> {
  try {
    const manifest = await manifestOf(name);
    return ('classes' in manifest && manifest.classes) || [];
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
    return undefined;
  }
}

function addTo(
  version: Version,
  { versionReason, hasColumnNames }: PredictionEntry,
  logged: Outcome,
  label: string,
): boolean {
  const outcome = hasColumnNames && version.predictsNumbers ? toNumberOutcome(logged) : logged;
  const fits = version.all.add(outcome, label);
  if (fits && versionReason === 'split') version.split.add(outcome, label);
  return fits;
}

function byVersion(left: ArmScore, right: ArmScore): number {
  return left.version.localeCompare(right.version, 'en', { numeric: true });
}
