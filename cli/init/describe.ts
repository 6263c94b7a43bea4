import { type Manifest, placeOf, type TabularManifest } from '../../shared/core/manifest';
import { parseManifest } from '../../shared/core/manifest-text';
import { formatSpec, type Signature, type TensorSpec } from '../../shared/core/signature';
import { findCategories } from '../../shared/onnx/categories';
import { type Finding, note } from '../../shared/onnx/finding';
import { formatJson, sha256 } from '../../training/manifest';
import { shareOfClasses } from '../../training/statistics';
import { columnOf, type DataTable } from './data';
import type { Examined } from './examine';
import { describeFeatures, listColumns, MisfitError } from './features';
import type { Proved } from './prove';
import { chooseTask, type Task, type TaskWish } from './task';

/** What a manifest says that a file does not. */
export interface VersionWish extends TaskWish {
  readonly name: string;
  readonly version: string;
  readonly features?: readonly string[];
  readonly data?: DataTable;
  readonly target?: string;
}

export interface Described {
  readonly manifest: Manifest;
  readonly findings: readonly Finding[];
}

/**
 * Writes the manifest of a file that was run.
 *
 * @throws {MisfitError} for options that contradict the file.
 */
export function describeVersion(examined: Examined, proved: Proved, wish: VersionWish): Described {
  const columns = listColumns(
    proved.inputs,
    wish.features ?? wish.data?.columns.filter((name) => name !== wish.target),
  );
  const isTable =
    columns !== undefined &&
    proved.inputs.every(({ type, shape: [rows] }) => type !== 'float16' && typeof rows === 'string');
  if (!isTable) {
    refuseRowOptions(wish, proved);
    const findings =
      wish.task === 'tensors'
        ? []
        : [note('task', 'the inputs', `they are no table of rows: served as tensors`)];
    return { manifest: tensorManifest(proved, wish), findings };
  }
  const { task, findings } = chooseTask(examined, proved, wish);
  if (task === undefined) {
    refuseRowOptions(wish, proved);
    return { manifest: tensorManifest(proved, wish), findings };
  }
  const { features, baseline } = describeFeatures(columns, {
    ...factsOf(wish),
    known: findCategories(examined.file),
  });
  const inputs = proved.inputs.map((input) => ({ ...input, shape: tableShape(input, columns.length) }));
  const manifest = build(proved, wish, {
    task: task.task,
    signature: { inputs, outputs: proved.outputs },
    features,
    classes: task.classes,
    output: task.output,
    batching: batchingOf(proved),
    baseline:
      wish.data && Object.keys(baseline).length > 0
        ? { rows: wish.data.rows.length, features: baseline, ...shares(task, wish) }
        : undefined,
  }) as TabularManifest;
  checkPlaces(manifest, columns);
  return { manifest, findings };
}

function factsOf({ features, data, target }: VersionWish) {
  return {
    ...(features && { names: features }),
    ...(data && { data }),
    ...(target !== undefined && { target }),
  };
}

function refuseRowOptions(
  { task, labels, value, features, data }: VersionWish,
  { inputs, outputs }: Proved,
): void {
  const given = Object.entries({ labels, value, features, csv: data }).filter(
    ([, option]) => option !== undefined,
  );
  if (task === undefined || task === 'tensors') {
    if (given.length === 0) return;
  }
  const what =
    task !== undefined && task !== 'tensors'
      ? `--task ${task}`
      : given.map(([name]) => `--${name}`).join(', ');
  const list = (specs: readonly TensorSpec[]) =>
    specs.map((spec) => `"${spec.name}" ${formatSpec(spec)}`).join(', ');
  throw new MisfitError(`${what} does not fit: the file takes ${list(inputs)} and gives ${list(outputs)}`);
}

function tableShape({ shape }: TensorSpec, columns: number): TensorSpec['shape'] {
  return shape.map((size, axis) => (axis === 0 ? 'N' : typeof size === 'string' ? columns : size));
}

function batchingOf({ isIndependent }: Proved) {
  return isIndependent ? undefined : { max_batch_size: 1 };
}

function tensorManifest(proved: Proved, wish: VersionWish): Manifest {
  const signature: Signature = {
    inputs: proved.inputs.map((input) => ({
      ...input,
      shape: input.shape.map((size, axis) => (axis === 0 && typeof size === 'string' ? 'N' : size)),
    })),
    outputs: proved.outputs,
  };
  return build(proved, wish, { signature, batching: batchingOf(proved) });
}

function build(
  { artifact }: Proved,
  { name, version }: VersionWish,
  { task, ...members }: { readonly [M in keyof TabularManifest]?: TabularManifest[M] | undefined },
): Manifest {
  // In the order in which a reader wants them.
  return parseManifest(
    formatJson({
      schema_version: 1,
      name,
      version,
      task,
      artifact: { file: 'model.onnx', bytes: artifact.byteLength, sha256: sha256(artifact) },
      ...members,
    }),
  );
}

/** The share of each class in the target column, where its texts are the classes or what the label gives. */
function shares({ classes = [], output }: Task, { data, target }: VersionWish) {
  if (data === undefined || target === undefined || classes.length === 0) return {};
  const values = (output.label_values ?? classes.map((_, index) => index)).map(String);
  const labels = columnOf(data, target).map((text) => Math.max(classes.indexOf(text), values.indexOf(text)));
  return labels.includes(-1) ? {} : { classes: shareOfClasses(labels, classes) };
}

/** A name that is also that of another input would take the feature there. */
function checkPlaces(
  manifest: TabularManifest,
  columns: readonly { input: TensorSpec; column: number }[],
): void {
  for (const [index, feature] of manifest.features.entries()) {
    const place = placeOf(manifest, feature);
    const { input, column } = columns[index] ?? {};
    if (place?.input.name === input?.name && place?.column === column) continue;
    throw new MisfitError(
      `feature "${feature.name}" has the name of the input "${place?.input.name}", but is a column of "${input?.name}"`,
    );
  }
}
