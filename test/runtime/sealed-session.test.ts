import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Signature } from '../../shared/core/signature';
import { encodeModel } from '../../shared/onnx/encode';
import { writeSealed } from '../../shared/runtime/seal';
import { createSession, runtimeVersion } from '../../shared/runtime/session';

const WIDTH = 64;
const SIGNATURE: Signature = {
  inputs: [{ name: 'X', type: 'float32', shape: ['N', WIDTH] }],
  outputs: [{ name: 'Y', type: 'float32', shape: ['N', WIDTH] }],
};
const MATRIX = Float32Array.from({ length: WIDTH * WIDTH }, (_, index) => Math.sin(index));
const ROWS = {
  X: {
    type: 'float32',
    dims: [8, WIDTH],
    data: Float32Array.from({ length: 8 * WIDTH }, (_, i) => Math.cos(i)),
  },
} as const;

/** A matrix product: unlike the iris model it has weights, which a sealed session reads where they lie. */
const PORTABLE = encodeModel({
  name: 'product',
  producer: 'test',
  operatorSets: { '': 17 },
  signature: SIGNATURE,
  nodes: [{ operator: 'MatMul', inputs: ['X', 'W'], outputs: ['Y'] }],
  initializers: { W: { type: 'float32', dims: [WIDTH, WIDTH], data: MATRIX } },
});

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-session-'));
  await writeSealed(PORTABLE, join(folder, 'model.ort'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const readSealed = () => readFileSync(join(folder, 'model.ort'));

/** Node gives the collector only to those who ask for it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('a sealed session', () => {
  test.each([false, true])('gives the answers of the portable one (prepacking: %s)', async (prepacking) => {
    const portable = await createSession(PORTABLE, { threads: 1 });
    const sealed = await createSession(readSealed(), { threads: 1, sealed: { prepacking } });

    const expected = await portable.run(ROWS);
    const actual = await sealed.run(ROWS);

    const numbers = Array.from(expected['Y']?.data as Float32Array, (value) => expect.closeTo(value, 4));
    expect(Array.from(actual['Y']?.data as Float32Array)).toEqual(numbers);
    await Promise.all([portable.release(), sealed.release()]);
  });

  test('tells the same signature', async () => {
    const session = await createSession(readSealed(), { threads: 1, sealed: { prepacking: false } });

    expect(session.signature).toEqual(SIGNATURE);
    await session.release();
  });

  test('keeps the bytes that it works on, though nobody else does', async () => {
    let bytes: Buffer | undefined = readSealed();
    const watched = new WeakRef(bytes);
    const session = await createSession(bytes, { threads: 1, sealed: { prepacking: false } });
    bytes = undefined;
    // A WeakRef holds its target until the current job has ended.
    await new Promise(setImmediate);

    collectGarbage();

    expect(watched.deref()).toBeInstanceOf(Uint8Array);
    await session.release();
  });

  test('cannot be made of an ONNX file', async () => {
    const creating = createSession(PORTABLE, { threads: 1, sealed: { prepacking: false } });

    await expect(creating).rejects.toThrow();
  });
});

test('the version of the runtime is that of the library that runs', async () => {
  const { env } = await import('onnxruntime-node');

  expect(await runtimeVersion()).toBe(env.versions.node);
});
