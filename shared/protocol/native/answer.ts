import { type FieldError, ServingError } from '../../core/errors';
import { shortestFloat32 } from '../../core/float32';
import type { TabularManifest } from '../../core/manifest';
import type { NamedTensors, Tensor } from '../../core/tensor';

/** The output tensors that an answer is made of, so that a run computes no others. */
export function wantedOutputs({ output, task }: TabularManifest): string[] {
  const names = task === 'regression' ? [output.value] : [output.label, output.probabilities];
  return names.filter((name) => name !== undefined);
}

/** What is the same in every answer of one version, written once. */
export interface AnswerFrame {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly deploymentType: string;
}

/** The predictions of one run, readable row by row. */
export interface Predictions {
  /** The predicted class (its index), or the predicted number. */
  readonly values: ArrayLike<number>;
  /** One of them, with as many decimals as it needs. */
  readonly valueAt: (row: number) => number;
  /** The score of the predicted class. Absent for a regression. */
  readonly confidenceOf?: (row: number) => number;
  /** The score of every class. Absent for a regression. */
  readonly scoresOf?: (row: number) => number[];
  /** One JSON object without its closing brace for each row. */
  writeRow(row: number): string;
}

/**
 * Reads the outputs of a run.
 *
 * @throws {ServingError} `inference-failed` when the outputs are not what the manifest says they are.
 */
export function readPredictions(manifest: TabularManifest, outputs: NamedTensors, rows: number): Predictions {
  return manifest.task === 'regression'
    ? readRegression(manifest, outputs, rows)
    : readClassification(manifest, outputs, rows);
}

function readRegression(manifest: TabularManifest, outputs: NamedTensors, rows: number): Predictions {
  const { values, write, numberAt: valueAt } = numbersOf(manifest.output.value, outputs, rows);
  return { values, valueAt, writeRow: (row) => `{"prediction":${write(row)}` };
}

function readClassification(manifest: TabularManifest, outputs: NamedTensors, rows: number): Predictions {
  const classes = manifest.classes ?? [];
  const width = classes.length;
  const { values: scores, write, numberAt } = numbersOf(manifest.output.probabilities, outputs, rows * width);
  const label = manifest.output.label === undefined ? undefined : outputs[manifest.output.label];
  const values = new Int32Array(rows);
  const named = {
    classes,
    known: new Map((manifest.output.label_values ?? []).map((value, at) => [value, at])),
  };
  for (let row = 0; row < rows; row++) values[row] = predictedClass(label, named, scores, row);
  const labels = classes.map((name) => JSON.stringify(name));
  return {
    values,
    valueAt: (row) => values[row] as number,
    confidenceOf: (row) => numberAt(row * width + (values[row] as number)),
    scoresOf: (row) => classes.map((_, index) => numberAt(row * width + index)),
    writeRow(row) {
      const index = values[row] as number;
      const start = row * width;
      let list = write(start);
      for (let i = 1; i < width; i++) list += `,${write(start + i)}`;
      const confidence = write(start + index);
      return `{"prediction":${index},"prediction_label":${labels[index]},"confidence":${confidence},"probabilities":[${list}]`;
    },
  };
}

interface Classes {
  readonly classes: readonly string[];
  /** The index of each class by the label that the model gives for it; empty where it gives indices or names. */
  readonly known: ReadonlyMap<number | string, number>;
}

/** The model's own label where it gives one; else the highest score. */
function predictedClass(
  label: Tensor | undefined,
  { classes, known }: Classes,
  scores: ArrayLike<number>,
  row: number,
): number {
  if (label === undefined) return highest(scores, row * classes.length, classes.length);
  const given = label.data[row];
  const value = typeof given === 'bigint' ? Number(given) : given;
  const unlisted = typeof value === 'string' ? classes.indexOf(value) : Number(value);
  const index = known.size === 0 ? unlisted : known.get(value ?? '');
  if (index !== undefined && classes[index] !== undefined) return index;
  throw new ServingError(
    'inference-failed',
    'the model answered with a class that its manifest does not name',
  );
}

function highest(scores: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) {
    if ((scores[start + i] as number) > (scores[start + best] as number)) best = i;
  }
  return best;
}

/** The numbers of an output tensor, and how each is written. */
interface Numbers {
  readonly values: ArrayLike<number>;
  /** A number with as many decimals as it needs. */
  readonly numberAt: (index: number) => number;
  readonly write: (index: number) => string;
}

function numbersOf(name: string | undefined, outputs: NamedTensors, length: number): Numbers {
  const tensor = name === undefined ? undefined : outputs[name];
  if (tensor === undefined || tensor.data.length !== length) {
    const got = tensor === undefined ? 'nothing' : `${tensor.data.length} values`;
    throw new ServingError('inference-failed', `expected ${length} values from output "${name}", got ${got}`);
  }
  const isBig = tensor.type === 'int64' || tensor.type === 'uint64';
  const values = isBig ? Array.from(tensor.data, Number) : (tensor.data as ArrayLike<number>);
  const shorten = tensor.type === 'float32' ? shortestFloat32 : (value: number) => value;
  const numberAt = (index: number) => shorten(values[index] as number);
  return { values, numberAt, write: (index) => writeNumber(numberAt(index)) };
}

/** JSON has no NaN and no infinities (RFC 8259, section 6): they are written as null. */
function writeNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

/** Writes the answer of `predict`. */
export function writePredict(
  predictions: Predictions,
  frame: AnswerFrame,
  requestId: string,
  warnings: readonly FieldError[],
): string {
  return `${predictions.writeRow(0)},${writeFrame(frame, requestId, warnings)}}`;
}

/** Writes the answer of `predictBatch`, its predictions in the order of the instances. */
export function writePredictBatch(
  predictions: Predictions,
  frame: AnswerFrame,
  requestId: string,
  warnings: readonly FieldError[],
): string {
  const rows = Array.from({ length: predictions.values.length }, (_, row) => `${predictions.writeRow(row)}}`);
  return `{"predictions":[${rows.join(',')}],${writeFrame(frame, requestId, warnings)}}`;
}

function writeFrame(frame: AnswerFrame, requestId: string, warnings: readonly FieldError[]): string {
  const { modelName, modelVersion, deploymentType } = frame;
  const names = `"model_name":"${modelName}","model_version":"${modelVersion}","deployment_type":"${deploymentType}"`;
  const tail = warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`;
  return `${names},"request_id":"${requestId}"${tail}`;
}
