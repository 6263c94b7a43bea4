import { loadRuntime } from './session';

/**
 * Writes the bytes of an ONNX file to `path` in ONNX Runtime's own format, its graph optimised as far as that does
 * not depend on the CPU: the next level arranges the weights of convolutions for the machine it runs on, and a
 * machine with other vector instructions would compute wrong numbers from them.
 *
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/ort-format-models.html
 */
export async function writeSealed(model: Uint8Array, path: string): Promise<void> {
  const ort = await loadRuntime();
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath: path,
    extra: { session: { save_model_format: 'ORT' } },
  });
  await session.release();
}
