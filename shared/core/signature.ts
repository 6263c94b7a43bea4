import type { DataType } from './tensor';

/** One input or output of a model. A string dimension is symbolic: its size is known only when run. */
export interface TensorSpec {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

/** Names, types and shapes of everything that goes into a model and comes out. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * Compares what a manifest promises with what the ONNX file holds: every tensor of the manifest must be in
 * the model with the same type and rank. Sizes of dimensions are not compared for outputs, because exporters
 * declare them wrongly (a LightGBM label is declared `[1]` and comes out `[N]`).
 *
 * @returns one sentence per difference, naming both sides; empty when they agree.
 */
export function compareSignatures(manifest: Signature, model: Signature): string[] {
  return [
    ...compareSpecs('input', manifest.inputs, model.inputs),
    ...compareSpecs('output', manifest.outputs, model.outputs),
    ...missingInputs(manifest, model),
  ];
}

/** Writes a spec as `float32[N,4]`. */
export function formatSpec(spec: TensorSpec): string {
  return `${spec.type}[${spec.shape.join(',')}]`;
}

function compareSpecs(
  kind: 'input' | 'output',
  promised: readonly TensorSpec[],
  actual: readonly TensorSpec[],
): string[] {
  const byName = new Map(actual.map((spec) => [spec.name, spec]));
  return promised.flatMap((spec) => {
    const found = byName.get(spec.name);
    if (found === undefined) {
      const names = actual.map(({ name }) => `"${name}"`).join(', ') || 'none';
      return [`${kind} "${spec.name}": the manifest names it, the model has ${names}`];
    }
    if (agrees(kind, spec, found)) return [];
    return [
      `${kind} "${spec.name}": the manifest says ${formatSpec(spec)}, the model says ${formatSpec(found)}`,
    ];
  });
}

function agrees(kind: 'input' | 'output', promised: TensorSpec, actual: TensorSpec): boolean {
  if (promised.type !== actual.type || promised.shape.length !== actual.shape.length) return false;
  if (kind === 'output') return true;
  return promised.shape.every((size, axis) => {
    const other = actual.shape[axis];
    return typeof other === 'string' || size === other;
  });
}

function missingInputs(manifest: Signature, model: Signature): string[] {
  const promised = new Set(manifest.inputs.map(({ name }) => name));
  return model.inputs
    .filter(({ name }) => !promised.has(name))
    .map(
      (spec) => `input "${spec.name}": the model needs ${formatSpec(spec)}, the manifest does not name it`,
    );
}
