import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '../../shared/runtime/session';

const IRIS = readFileSync(join(__dirname, '../../model-artifacts/iris/1.0.0/model.onnx'));
const ROW = { X: { type: 'float32', dims: [1, 4], data: new Float32Array([5.1, 3.5, 1.4, 0.2]) } } as const;

describe('a session', () => {
  test('tells the signature that the ONNX file declares', async () => {
    const session = await createSession(IRIS, { threads: 1 });

    expect(session.signature).toEqual({
      inputs: [{ name: 'X', type: 'float32', shape: ['N', 4] }],
      outputs: [
        { name: 'label', type: 'int64', shape: ['N'] },
        { name: 'probabilities', type: 'float32', shape: ['N', 3] },
      ],
    });
    await session.release();
  });

  test('computes only the outputs that are asked for', async () => {
    const session = await createSession(IRIS, { threads: 1 });

    const all = await session.run(ROW);
    const some = await session.run(ROW, ['probabilities']);

    expect(Object.keys(all)).toEqual(['label', 'probabilities']);
    expect(Object.keys(some)).toEqual(['probabilities']);
    await session.release();
  });

  test('gives the same answers on several threads', async () => {
    const [one, two] = await Promise.all([
      createSession(IRIS, { threads: 1 }),
      createSession(IRIS, { threads: 2 }),
    ]);

    const answers = await Promise.all([one.run(ROW), two.run(ROW)]);

    expect(answers[1]['probabilities']?.data).toEqual(answers[0]['probabilities']?.data);
    await Promise.all([one.release(), two.release()]);
  });

  test('cannot be made of bytes that are no model', async () => {
    await expect(createSession(Buffer.from('not a model'), { threads: 1 })).rejects.toThrow();
  });

  test('refuses tensors that its model does not take', async () => {
    const session = await createSession(IRIS, { threads: 1 });

    await expect(
      session.run({ X: { type: 'float64', dims: [1, 4], data: new Float64Array(4) } }),
    ).rejects.toThrow('data type');
    await session.release();
  });
});
