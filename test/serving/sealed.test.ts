import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { sealVersion } from '../../cli/seal-version';
import type { SealedArtifact } from '../../shared/core/manifest';
import { createSession, type SessionOptions } from '../../shared/runtime/session';
import { createIrisRegistry, type IrisRegistry } from '../iris-registry';
import { json, openTestApp, predictRequest, type TestApp } from '../test-app';

const ROW = { features: [5.1, 3.5, 1.4, 0.2] };

let registry: IrisRegistry;
let sealed: SealedArtifact;

beforeEach(async () => {
  registry = createIrisRegistry();
  sealed = await sealVersion({ registry: registry.root, model: 'iris', version: '1.0.0' });
});

afterEach(() => registry.remove());

/** The service over the sealed registry, and how each of its sessions was created. */
function openSealedApp(): TestApp & { readonly sessions: SessionOptions[] } {
  const sessions: SessionOptions[] = [];
  const testApp = openTestApp(
    { MODEL_REGISTRY: registry.root },
    {
      createSession(model, options) {
        sessions.push(options);
        return createSession(model, options);
      },
    },
  );
  return { ...testApp, sessions };
}

async function predictionOf({ request }: TestApp): Promise<unknown> {
  const { request_id: _, ...answer } = json(await request(predictRequest(ROW)));
  return answer;
}

const warningsOf = ({ entries }: TestApp) =>
  entries
    .filter(({ severity }) => severity !== 'INFO')
    .map(({ severity, code, message }) => ({
      severity,
      code,
      message,
    }));

/** Writes bytes that are no model and that the manifest agrees with, so that only the runtime can refuse them. */
function writeNonsense(): void {
  const bytes = Buffer.alloc(sealed.bytes, 'nonsense');
  writeFileSync(registry.path(sealed.file), bytes);
  registry.change({ sealed: [{ ...sealed, sha256: createHash('sha256').update(bytes).digest('hex') }] });
}

describe('a sealed artifact', () => {
  test('is used where it fits the runtime, and gives the same answer', async () => {
    const app = openSealedApp();

    const answer = await predictionOf(app);

    expect(answer).toEqual(await predictionOf(openTestApp()));
    expect(app.sessions).toEqual([{ threads: 1, sealed }]);
    expect(warningsOf(app)).toEqual([]);
  });

  test('is ignored by another version of the runtime', async () => {
    registry.change({ sealed: [{ ...sealed, runtime: '0.0.1' }] });
    const app = openSealedApp();

    const answer = await predictionOf(app);

    expect(answer).toMatchObject({ prediction_label: 'setosa' });
    expect(app.sessions).toEqual([{ threads: 1 }]);
    expect(warningsOf(app)).toEqual([]);
  });

  test.each<[state: string, spoil: () => void, code: string]>([
    ['missing', () => rmSync(registry.path(sealed.file)), 'object-not-found'],
    [
      'corrupt',
      () => writeFileSync(registry.path(sealed.file), 'x'.repeat(sealed.bytes)),
      'corrupt-artifact',
    ],
    ['refused by the runtime', writeNonsense, 'corrupt-artifact'],
  ])('that is %s costs a warning and no answer', async (_, spoil, code) => {
    spoil();
    const app = openSealedApp();

    const answer = await predictionOf(app);

    expect(answer).toEqual(await predictionOf(openTestApp()));
    expect(app.sessions.at(-1)).toEqual({ threads: 1 });
    expect(warningsOf(app)).toEqual([
      { severity: 'WARNING', code, message: expect.stringContaining('loading the sealed artifact failed: ') },
    ]);
  });

  test('of another model falls back too: its signature is checked like any other', async () => {
    const [output, ...others] = registry.manifest().signature.outputs;
    if (output === undefined) throw new Error('the iris model has outputs');
    const { signature } = registry.manifest();
    registry.change({ signature: { ...signature, outputs: [{ ...output, type: 'int32' }, ...others] } });
    const app = openSealedApp();

    const response = await app.request(predictRequest(ROW));

    // Here the portable artifact has the same fault, so that both are seen to be refused.
    expect(response.status).toBe(503);
    expect(app.sessions).toEqual([{ threads: 1, sealed }, { threads: 1 }]);
    expect(warningsOf(app)[0]).toMatchObject({
      severity: 'WARNING',
      message: expect.stringContaining('output "label": the manifest says int32[N]'),
    });
  });
});
