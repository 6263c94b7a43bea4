import { appendFileSync, readFileSync } from 'node:fs';
import { verifyVersion } from '../../cli/verify-version';
import { createLocalStore } from '../../shared/registry/local-store';
import { createRegistry } from '../../shared/registry/registry';
import { projectPath } from '../../training/project-path';
import { createIrisRegistry, type IrisRegistry } from '../iris-registry';

let registry: IrisRegistry;
beforeEach(() => {
  registry = createIrisRegistry();
});
afterEach(() => registry.remove());

const open = (root: string) => createRegistry(createLocalStore(root));

const verify = () => verifyVersion(open(registry.root), 'iris', '1.0.0');

describe('verify', () => {
  test('answers the example of a version that is fit to serve', async () => {
    const { answer } = await verify();

    expect(JSON.parse(answer)).toMatchObject({
      prediction_label: 'setosa',
      confidence: expect.closeTo(0.9766, 4),
    });
  });

  test('answers a grey image for a model of images', async () => {
    const { answer } = await verifyVersion(open(projectPath('model-artifacts')), 'digits', '1.0.0');

    expect(JSON.parse(answer)).toEqual({
      predictions: [
        { class_id: expect.any(Number), label: expect.any(String), confidence: expect.any(Number) },
      ],
    });
  });

  test('names what is wrong with a manifest', async () => {
    registry.change({ task: 'regresion' as 'regression' });

    await expect(verify()).rejects.toThrow('/task: expected one of classification, regression');
  });

  test('finds bytes that are not the promised ones', async () => {
    appendFileSync(registry.path('model.onnx'), 'x');

    await expect(verify()).rejects.toMatchObject({ code: 'corrupt-artifact' });
  });

  test.each([
    ['the wrong tensor', 'X', ['N', 4], 'input "Y": the manifest names it, the model has "X"'],
    ['another number of columns', 'X', ['N', 5], 'expected as many as input "X" float32[N,5] has columns'],
  ] as const)('finds a signature that names %s', async (what, _name, shape, message) => {
    const { signature } = registry.manifest();
    const name = what === 'the wrong tensor' ? 'Y' : 'X';
    registry.change({ signature: { ...signature, inputs: [{ name, type: 'float32', shape }] } });

    await expect(verify()).rejects.toThrow(message);
  });

  test('finds an example that its feature does not take', async () => {
    const [first, ...others] = registry.manifest().features;
    registry.change({ features: [{ ...first, name: 'sepal_length', example: 1e300 }, ...others] });

    await expect(verify()).rejects.toThrow('the examples of the features');
  });

  test('leaves the version as it was', async () => {
    const before = readFileSync(registry.path('manifest.json'));

    await verify();

    expect(readFileSync(registry.path('manifest.json'))).toEqual(before);
  });
});
