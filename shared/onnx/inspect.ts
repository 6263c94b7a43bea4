import { callerInputs, type OnnxFile } from './decode';
import { type Finding, note, refusal } from './finding';
import { dataTypeOf, nameOfElementType } from './format';
import { allNodes, allTensors, nameOfNode } from './walk';

/** The newest that a runtime takes. */
export interface RuntimeLimits {
  /** Its own version, to be named. */
  readonly runtime: string;
  readonly irVersion: number;
  /** The version of an operator set, by domain; of those that a file uses. */
  readonly operatorSets: ReadonlyMap<string, number>;
}

/** Names versions that a runtime is too old for. */
export function findTooNew({ irVersion, operatorSets }: OnnxFile, limits: RuntimeLimits): Finding[] {
  const { runtime } = limits;
  const sets = [...operatorSets].flatMap(([domain, version]) => {
    const newest = limits.operatorSets.get(domain);
    if (newest === undefined || version <= newest) return [];
    const name = domain || 'ai.onnx';
    const detail = `onnxruntime-node ${runtime} has ${name} up to ${newest}: export with target_opset=${newest} (opset_version in PyTorch)`;
    return [refusal('opset-too-new', `${name} ${version}`, detail)];
  });
  if (irVersion <= limits.irVersion) return sets;
  const detail = `onnxruntime-node ${runtime} reads up to ${limits.irVersion}: set model.ir_version = ${limits.irVersion} in Python before saving`;
  return [refusal('ir-too-new', `IR version ${irVersion}`, detail), ...sets];
}

/** Names inputs and outputs whose datatype has no place in a request. */
export function findForeignTypes({ graph }: OnnxFile): Finding[] {
  const values = [
    ...callerInputs(graph).map((value) => ({ ...value, where: `input "${value.name}"` })),
    ...graph.outputs.map((value) => ({ ...value, where: `output "${value.name}"` })),
  ];
  return values
    .filter(({ elementType }) => isForeign(elementType))
    .map(({ where, elementType }) => unsupported(where, elementType));
}

/** Names constants of datatypes that runtimes often lack: for a file that did not load. */
export function findForeignConstants(file: OnnxFile): Finding[] {
  return allTensors(file)
    .filter(({ elementType }) => isForeign(elementType))
    .map(({ name, elementType }) => unsupported(`tensor "${name}"`, elementType));
}

function isForeign(elementType: number): boolean {
  return elementType !== 0 && dataTypeOf(elementType) === undefined;
}

function unsupported(where: string, elementType: number): Finding {
  const type = nameOfElementType(elementType);
  return refusal('unsupported-type', where, `${type} cannot be served: export in float32 or float16`);
}

/** Operator sets that come with ONNX Runtime. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

/** Names operators that neither ONNX Runtime nor the file itself defines. */
export function findCustomOperators(file: OnnxFile): Finding[] {
  const custom = allNodes(file).filter(
    ({ domain, operator }) => !KNOWN_DOMAINS.has(domain) && !file.functions.has(`${domain}:${operator}`),
  );
  return custom.map((node) =>
    refusal(
      'custom-operator',
      nameOfNode(node),
      `${node.domain}:${node.operator} comes from a library that is not part of ONNX Runtime: export without it`,
    ),
  );
}

/** Points to the command for pictures where an input looks like pictures. */
export function findImages({ graph }: OnnxFile): Finding[] {
  return callerInputs(graph)
    .filter(
      ({ shape = [] }) => shape.length === 4 && [shape[1], shape[3]].some((size) => size === 3 || size === 1),
    )
    .map(({ name }) =>
      note(
        'image-input',
        `input "${name}"`,
        'for a classifier of images, `onnx-functions image-model` makes a version that takes pictures',
      ),
    );
}
