import { checkBaseline } from './baseline-meaning';
import type { FieldError } from './errors';
import { checkImageManifest } from './image-manifest-meaning';
import {
  columnsOf,
  type Feature,
  type ImageManifest,
  inputOf,
  isImage,
  isTabular,
  type Manifest,
  type TabularManifest,
  type TensorManifest,
} from './manifest';
import { formatSpec, type Signature } from './signature';

/** Fields of a request that are not features, so no feature may have their names. */
export const RESERVED_FEATURE_NAMES: ReadonlySet<string> = new Set([
  'features',
  'image',
  'inputs',
  'instances',
  'model_version',
  'parameters',
  'url',
  '__proto__',
  'constructor',
  'prototype',
]);

/** Checks what JSON Schema cannot say: that the parts of a manifest agree with each other. */
export function checkMeaning(manifest: Manifest): FieldError[] {
  if (!isTabular(manifest) && !isImage(manifest)) return checkTensorManifest(manifest);
  const misplaced = checkMembers(manifest);
  if (misplaced.length > 0) return misplaced;
  if (isTabular(manifest)) return checkTabularManifest(manifest);
  return [
    ...duplicates('/classes', manifest.classes),
    ...checkNames(manifest.signature),
    ...checkImageManifest(manifest),
  ];
}

/** What a manifest must have because of its task, and what it may not have with it. */
const TABULAR = {
  needs: ['signature', 'features', 'output'],
  bars: ['image', 'top_k'],
  barsOutputs: ['scores'],
} as const;
const IMAGE = {
  needs: ['signature', 'image', 'classes', 'output'],
  bars: ['features', 'baseline'],
  barsOutputs: ['label', 'label_values', 'probabilities', 'value'],
} as const;

function checkMembers(manifest: TabularManifest | ImageManifest): FieldError[] {
  const { needs, bars, barsOutputs } = isImage(manifest) ? IMAGE : TABULAR;
  const { output = {}, task } = manifest;
  const strange = [
    ...bars.filter((member) => member in manifest).map((member) => `/${member}`),
    ...barsOutputs.filter((member) => member in output).map((member) => `/output/${member}`),
  ];
  return [
    ...needs
      .filter((member) => !(member in manifest))
      .map((member) => ({
        pointer: '',
        detail: `expected a member "${member}", which the task ${task} needs and is missing`,
      })),
    ...strange.map((pointer) => ({ pointer, detail: `expected no such member for the task ${task}` })),
  ];
}

/** What only a manifest with a task has. */
const TASK_MEMBERS = ['features', 'classes', 'output', 'baseline', 'image', 'top_k'];

function checkTensorManifest(manifest: TensorManifest): FieldError[] {
  const tabular = TASK_MEMBERS.filter((member) => member in manifest);
  const defects = tabular.map((member) => ({
    pointer: `/${member}`,
    detail: 'expected a member "task" beside it: without a task a model has tensors and nothing else',
  }));
  return manifest.signature === undefined ? defects : [...defects, ...checkNames(manifest.signature)];
}

function checkTabularManifest(manifest: TabularManifest): FieldError[] {
  return [
    ...duplicates(
      '/features',
      manifest.features.map(({ name }) => name),
    ),
    ...duplicates('/classes', manifest.classes ?? []),
    ...checkNames(manifest.signature),
    ...manifest.features.flatMap(checkFeature),
    ...checkBatchAxis(manifest.signature),
    ...checkColumns(manifest),
    ...checkOutputs(manifest),
    ...checkBaseline(manifest),
  ];
}

function checkNames({ inputs, outputs }: Signature): FieldError[] {
  return [
    ...duplicates(
      '/signature/inputs',
      inputs.map(({ name }) => name),
    ),
    ...duplicates(
      '/signature/outputs',
      outputs.map(({ name }) => name),
    ),
  ];
}

function duplicates(pointer: string, names: readonly string[]): FieldError[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [{ pointer: `${pointer}/${index}`, detail: `"${name}" is named twice` }]
      : [],
  );
}

function checkFeature(feature: Feature, index: number): FieldError[] {
  const pointer = `/features/${index}`;
  const defects: FieldError[] = [];
  if (RESERVED_FEATURE_NAMES.has(feature.name)) {
    defects.push({ pointer: `${pointer}/name`, detail: `"${feature.name}" is reserved for requests` });
  }
  if (feature.range !== undefined && feature.range[0] > feature.range[1]) {
    const [min, max] = feature.range;
    defects.push({
      pointer: `${pointer}/range`,
      detail: `expected the smaller value first, got [${min}, ${max}]`,
    });
  }
  return defects;
}

function checkBatchAxis(signature: Signature): FieldError[] {
  return signature.inputs.flatMap((spec, index) =>
    typeof spec.shape[0] === 'string'
      ? []
      : [
          {
            pointer: `/signature/inputs/${index}/shape`,
            detail: `expected a name for the first dimension (the number of rows), got [${spec.shape.join(', ')}]`,
          },
        ],
  );
}

/** Every column of every input must be a feature, and every feature a column. */
function checkColumns(manifest: TabularManifest): FieldError[] {
  const { features, signature } = manifest;
  const columns = signature.inputs.reduce((sum, input) => sum + (columnsOf(input) ?? Number.NaN), 0);
  if (columns === features.length) return checkExamples(manifest);
  const [only, ...others] = signature.inputs;
  if (only !== undefined && others.length === 0) {
    return [
      {
        pointer: '/features',
        detail: `expected as many as input "${only.name}" ${formatSpec(only)} has columns, got ${features.length}`,
      },
    ];
  }
  const list = signature.inputs.map((spec) => `"${spec.name}" ${formatSpec(spec)}`).join(', ');
  return [
    {
      pointer: '/features',
      detail: `expected as many as the inputs have columns (${list}), got ${features.length}`,
    },
  ];
}

function checkExamples(manifest: TabularManifest): FieldError[] {
  return manifest.features.flatMap((feature, index) => {
    const type = inputOf(manifest, feature)?.type;
    const expected = type === 'string' ? 'string' : type === 'bool' ? 'boolean' : 'number';
    const got = typeof feature.example;
    if (got === expected) return [];
    return [
      {
        pointer: `/features/${index}/example`,
        detail: `expected a ${expected} for a ${type} input, got a ${got}`,
      },
    ];
  });
}

function checkOutputs(manifest: TabularManifest): FieldError[] {
  const names = new Set(manifest.signature.outputs.map(({ name }) => name));
  const { label_values: values, ...roles } = manifest.output;
  const unknown = Object.entries(roles).flatMap(([role, name]) =>
    names.has(name)
      ? []
      : [{ pointer: `/output/${role}`, detail: `expected one of ${[...names].join(', ')}, got "${name}"` }],
  );
  return [
    ...unknown,
    ...(values === undefined ? [] : checkLabelValues(manifest, values)),
    ...(manifest.task === 'regression' ? needsValue(manifest) : needsClasses(manifest)),
  ];
}

function checkLabelValues(
  { classes = [], output }: TabularManifest,
  values: readonly (number | string)[],
): FieldError[] {
  const pointer = '/output/label_values';
  if (output.label === undefined)
    return [{ pointer, detail: 'expected a member "label" beside it, whose values they are' }];
  if (values.length !== classes.length)
    return [{ pointer, detail: `expected ${classes.length}, one for each class, got ${values.length}` }];
  return duplicates(pointer, values.map(String));
}

function needsValue(manifest: TabularManifest): FieldError[] {
  return manifest.output.value === undefined
    ? [{ pointer: '/output', detail: 'expected "value" to name the output of a regression' }]
    : [];
}

function needsClasses(manifest: TabularManifest): FieldError[] {
  const defects: FieldError[] = [];
  if (manifest.classes === undefined) {
    defects.push({ pointer: '/classes', detail: 'expected the class names of a classification' });
  }
  const { probabilities } = manifest.output;
  if (probabilities === undefined) {
    defects.push({
      pointer: '/output',
      detail: 'expected "probabilities" to name an output of a classification',
    });
  }
  const width = manifest.signature.outputs.find(({ name }) => name === probabilities)?.shape[1];
  if (typeof width === 'number' && manifest.classes !== undefined && width !== manifest.classes.length) {
    defects.push({
      pointer: '/classes',
      detail: `expected ${width}, the width of output "${probabilities}", got ${manifest.classes.length}`,
    });
  }
  return defects;
}
