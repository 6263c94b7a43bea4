import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { SealedArtifact } from '../core/manifest';
import type { Signature, TensorSpec } from '../core/signature';
import type { DataType, NamedTensors, Tensor } from '../core/tensor';

/** A loaded ONNX model. */
export interface Session {
  /** What the ONNX file itself declares. Outputs that are not tensors are left out: they cannot be run. */
  readonly signature: Signature;
  /** Outputs that are no tensors but sequences or maps, such as those of scikit-learn's ZipMap. */
  readonly otherOutputs: readonly string[];
  /**
   * Runs the model. The native call blocks the event loop until it is done and cannot be cancelled.
   *
   * @param outputNames the outputs to compute; all when absent.
   */
  run(inputs: NamedTensors, outputNames?: readonly string[]): Promise<NamedTensors>;
  /** Frees the native memory; the session cannot be run afterwards. */
  release(): Promise<void>;
}

export interface SessionOptions {
  /** Threads that one operator may use, at least 1. */
  readonly threads: number;
  /** Keeps the runtime from writing to stderr what it throws anyway. @default false */
  readonly isQuiet?: boolean;
  /** How the bytes were sealed; absent for those of an ONNX file. */
  readonly sealed?: Pick<SealedArtifact, 'prepacking'>;
}

/**
 * Creates a session on the CPU execution provider from the bytes of an ONNX file, or from sealed ones. The session
 * works on sealed bytes where they lie, so they must never change. The path of an ONNX file does too: its weights may
 * then lie in other files beside it.
 *
 * The runtime is loaded here and not at the top: it takes longer than the rest of this package together.
 */
export async function createSession(
  model: Uint8Array | string,
  { threads, sealed, isQuiet = false }: SessionOptions,
): Promise<Session> {
  const ort = await loadRuntime();
  // Its types have one signature for each of the two.
  const session = await ort.InferenceSession.create(model as string, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: sealed ? 'disabled' : 'all',
    interOpNumThreads: 1,
    ...(isQuiet && { logSeverityLevel: 4 }),
    intraOpNumThreads: threads,
    // A thread that spins for work takes the CPU that the event loop needs.
    extra: { session: { intra_op: { allow_spinning: '0' }, ...(sealed && inPlace(sealed)) } },
  });
  if (sealed && typeof model !== 'string') sealedBytes.set(session, model);
  return fromOrt(session, ort);
}

/** Session options: https://github.com/microsoft/onnxruntime/blob/main/include/onnxruntime/core/session/onnxruntime_session_options_config_keys.h */
function inPlace({ prepacking }: Pick<SealedArtifact, 'prepacking'>): Record<string, string> {
  return {
    load_model_format: 'ORT',
    use_ort_model_bytes_directly: '1',
    use_ort_model_bytes_for_initializers: '1',
    disable_prepacking: prepacking ? '0' : '1',
  };
}

/** The native session reads its weights from these bytes and does not hold them, so they must live as long as it. */
const sealedBytes = new WeakMap<InferenceSession, Uint8Array>();

type Ort = typeof import('onnxruntime-node');

/** Loads the native library, with its telemetry switched off first: it is read once, when the library loads. */
export async function loadRuntime(): Promise<Ort> {
  // https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md: on by default since 1.29.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const ort = await import('onnxruntime-node');
  holdHalvesAsBits(ort);
  return ort;
}

/**
 * Where there is a `Float16Array` (Node 24), the runtime wants float16 data in one, which its own native half then
 * cannot read (https://github.com/microsoft/onnxruntime/pull/32323). It looks for it once, with its first tensor; not
 * finding it, it takes the bits in a `Uint16Array`, as on older versions of Node.
 */
function holdHalvesAsBits({ Tensor: OrtTensor }: Ort): void {
  const found = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
  if (found === undefined) return;
  Reflect.deleteProperty(globalThis, 'Float16Array');
  try {
    new OrtTensor('float32', new Float32Array(1), [1]);
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', found);
  }
}

/** The version of ONNX Runtime that sessions run on, told without loading its native library. */
export async function runtimeVersion(): Promise<string> {
  const { version } = await import('onnxruntime-node/package.json');
  return version;
}

function fromOrt(session: InferenceSession, ort: Ort): Session {
  const signature: Signature = {
    inputs: session.inputMetadata.flatMap(toSpec),
    outputs: session.outputMetadata.flatMap(toSpec),
  };
  const allOutputs = signature.outputs.map(({ name }) => name);
  return {
    signature,
    otherOutputs: session.outputMetadata.filter(({ isTensor }) => !isTensor).map(({ name }) => name),
    release: () => session.release(),
    async run(inputs, outputNames = allOutputs) {
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, { type, data, dims }] of Object.entries(inputs)) {
        feeds[name] = new ort.Tensor(type as 'float32', data as Float32Array, dims);
      }
      // Its tensors have our three fields; that their data is what their type says is not in its types.
      return (await session.run(feeds, outputNames)) as unknown as Record<string, Tensor>;
    },
  };
}

function toSpec(metadata: InferenceSession.ValueMetadata): TensorSpec[] {
  if (!metadata.isTensor) return [];
  const shape = metadata.shape.map((size, axis) => (size === '' ? `dim_${axis}` : size));
  return [{ name: metadata.name, type: metadata.type as DataType, shape }];
}
