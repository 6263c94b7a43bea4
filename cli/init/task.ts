import type { TabularManifest } from '../../shared/core/manifest';
import { isIntegerType } from '../../shared/core/rows';
import { formatSpec, type TensorSpec } from '../../shared/core/signature';
import type { NamedTensors } from '../../shared/core/tensor';
import { findClassLabels } from '../../shared/onnx/class-labels';
import { type Finding, note, warning } from '../../shared/onnx/finding';
import type { ClassLabels } from '../../shared/onnx/repairs/non-tensors';
import { originOf } from '../../shared/onnx/walk';
import type { Examined } from './examine';
import { MisfitError } from './features';
import type { Proved } from './prove';

/** The tasks that a version can be made for; without one, tensors go in and come out. */
export const TASKS = ['classification', 'regression', 'tensors'] as const;

/** What is asked for, where something is. */
export interface TaskWish {
  readonly task?: (typeof TASKS)[number];
  /** Names of the classes, in the order of the scores. */
  readonly labels?: readonly string[];
  /** The output that is the value of a regression. */
  readonly value?: string;
}

/** What a model of rows is for. */
export type Task = Pick<TabularManifest, 'task' | 'output' | 'classes'>;

/** What the outputs are for; no task where they are just tensors. */
export interface ChosenTask {
  readonly task?: Task;
  readonly findings: readonly Finding[];
}

/** Tells from the outputs what a model of rows is for. */
export function chooseTask(examined: Examined, proved: Proved, wish: TaskWish): ChosenTask {
  if (wish.task === 'tensors') return { findings: [] };
  if (wish.task !== 'regression' && wish.value === undefined) {
    const classification = findClassification(examined, proved, wish);
    if (classification !== undefined) return classification;
  }
  const value = wish.task === 'classification' ? undefined : findValue(proved.outputs, wish.value);
  if (value !== undefined) return { task: { task: 'regression', output: { value } }, findings: [] };
  const list = proved.outputs.map((spec) => `"${spec.name}" ${formatSpec(spec)}`).join(', ');
  const detail = `neither a label with its scores nor one number for each row: served as tensors (${list})`;
  return { findings: [note('task', 'the outputs', detail)] };
}

function findValue(outputs: readonly TensorSpec[], wanted: string | undefined): string | undefined {
  const fitting = outputs.filter(
    ({ name, type, shape: [rows, width = 1, ...rest] }) =>
      type.startsWith('float') &&
      rows === 'N' &&
      width === 1 &&
      rest.length === 0 &&
      (wanted ?? name) === name,
  );
  const [only, ...others] = fitting;
  return others.length === 0 && (wanted !== undefined || outputs.length === 1) ? only?.name : undefined;
}

function findClassification(examined: Examined, proved: Proved, wish: TaskWish): ChosenTask | undefined {
  const label = onlyOne(proved.outputs, isLabel);
  const scores = onlyOne(proved.outputs, isScores);
  if (scores === undefined || proved.outputs.length > (label === undefined ? 1 : 2)) return undefined;
  const width = Number(scores.shape[1]);
  if (wish.labels !== undefined && wish.labels.length !== width) {
    throw new MisfitError(
      `expected ${width} labels, one for each score of "${scores.name}", got ${wish.labels.length}`,
    );
  }
  const found =
    examined.labels.get(scores.name) ?? (label && findClassLabels(examined.file.graph, label.name));
  const labels = found?.length === width ? found : undefined;
  const isSure = labels !== undefined || wish.labels !== undefined || wish.task === 'classification';
  if (!isSure && label === undefined && !isSoftmax(examined, scores.name)) return undefined;
  // Scores of pairs of classes, and other outputs of another width than the classes have, are no scores of classes.
  if (found !== undefined && labels === undefined) return undefined;
  const classes =
    wish.labels ?? labels?.map(String) ?? Array.from({ length: width }, (_, index) => String(index));
  const isNamed = labels !== undefined || wish.labels !== undefined;
  return {
    task: {
      task: 'classification',
      classes,
      output: {
        ...(label && { label: label.name, ...labelValues(label, labels, classes) }),
        probabilities: scores.name,
      },
    },
    findings: [
      ...(isNamed ? [] : [warning('classes-unknown', `output "${scores.name}"`, UNKNOWN)]),
      ...(sumToOne(proved.answers, scores.name)
        ? []
        : [note('not-probabilities', `output "${scores.name}"`, UNNORMALISED)]),
    ],
  };
}

const UNKNOWN = 'the file does not name its classes, which get numbers: name them with --labels';
const UNNORMALISED = 'the scores of a row are no distribution: "confidence" in answers is the score itself';

function onlyOne<T>(values: readonly T[], isWanted: (value: T) => boolean): T | undefined {
  const [only, ...others] = values.filter(isWanted);
  return others.length === 0 ? only : undefined;
}

function isLabel({ type, shape: [rows, width = 1, ...rest] }: TensorSpec): boolean {
  return (type === 'string' || isIntegerType(type)) && rows === 'N' && width === 1 && rest.length === 0;
}

function isScores({ type, shape: [rows, width, ...rest] }: TensorSpec): boolean {
  const isFloat = type === 'float32' || type === 'float64';
  return isFloat && rows === 'N' && typeof width === 'number' && width > 1 && rest.length === 0;
}

function isSoftmax({ file }: Examined, output: string): boolean {
  return originOf(file.graph, output)?.operator === 'Softmax';
}

/** What the label output gives, where that is neither the indices of the classes nor their names. */
function labelValues(
  label: TensorSpec,
  labels: ClassLabels | undefined,
  classes: readonly string[],
): { label_values?: (number | string)[] } {
  if (labels === undefined) return {};
  if (label.type === 'string') {
    const texts = labels.map(String);
    return texts.every((text, index) => text === classes[index]) ? {} : { label_values: texts };
  }
  const numbers = labels.map(Number);
  return numbers.every((number, index) => number === index) ? {} : { label_values: numbers };
}

function sumToOne(answers: NamedTensors, name: string): boolean {
  const { data, dims } = answers[name] ?? { data: [], dims: [] };
  const width = dims[1] ?? 1;
  const values = Array.from(data, Number);
  for (let at = 0; at < values.length; at += width) {
    const row = values.slice(at, at + width);
    const sum = row.reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > 1e-3 || row.some((value) => value < 0)) return false;
  }
  return true;
}
