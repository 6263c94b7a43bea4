import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { createTensorRegistry, DATA_TYPES, identityModel, type TensorRegistry } from '../tensor-models';
import reference from '../training/iris-reference.json';
import { describeWithPython, PYTHON } from './python';

/** Where Vertex AI would have the container answer. */
const HEALTH_ROUTE = '/v1/endpoints/1/deployedModels/2';
const PREDICT_ROUTE = `${HEALTH_ROUTE}:predict`;

const HOSTS: readonly [name: string, options: Omit<Parameters<typeof startFunction>[0], 'target'>][] = [
  ['the container server', { program: ['dist/server.js'] }],
  ['the Functions Framework', {}],
  ['the Functions Framework with RAW_HTTP=off', { env: { RAW_HTTP: 'off' } }],
];

/** The scripts, and what each is given after the server's address. */
const CLIENTS: readonly [name: string, script: string, ...args: string[]][] = [
  ['tritonclient', 'triton.py', 'sync'],
  ['tritonclient with asyncio', 'triton.py', 'aio'],
  ["KServe's InferenceRESTClient", 'kserve_rest.py'],
  ['Vertex AI', 'vertex.py', HEALTH_ROUTE, PREDICT_ROUTE],
];

const DOCUMENT = readFileSync(projectPath('docs/protocols.md'), 'utf8');

/** Several times what a script took on a machine with two busy cores. */
const TIMEOUT_MS = 120_000;

describeWithPython('clients in Python', () => {
  let registry: TensorRegistry;
  beforeAll(() => {
    const models = DATA_TYPES.map((type): [string, Uint8Array] => [type, identityModel(type, ['N', 2])]);
    registry = createTensorRegistry(Object.fromEntries(models));
    cpSync(projectPath('model-artifacts/iris'), join(registry.root, 'iris'), { recursive: true });
  });
  afterAll(() => registry.remove());

  describe.each(HOSTS)('of %s', (_name, { env, ...options }) => {
    let server: FunctionProcess;
    beforeAll(async () => {
      const models = { MODEL_REGISTRY: registry.root, MODEL_NAME: 'iris' };
      const vertex = {
        AIP_MODE: 'PREDICTION',
        AIP_HEALTH_ROUTE: HEALTH_ROUTE,
        AIP_PREDICT_ROUTE: PREDICT_ROUTE,
      };
      server = await startFunction({ target: 'serve', ...options, env: { ...models, ...vertex, ...env } });
    });
    afterAll(async () => {
      await server.stop();
    });

    test.each(CLIENTS)(
      '%s finds everything as it expects it',
      async (_client, script, ...args) => {
        // -B: nothing compiled is left beside the scripts.
        const { code, output } = await run(['-B', join(__dirname, script), server.url, ...args]);

        // Every check that failed, with its reason, is what a failure of this test shows.
        expect({ code, failures: failuresOf(output) }).toEqual({ code: 0, failures: [] });
        expect(output).toMatch(/^\d+ checks, 0 failed$/m);
      },
      TIMEOUT_MS,
    );

    test(
      'the example of docs/protocols.md prints the probabilities',
      async () => {
        const [, example = ''] = DOCUMENT.match(/```python\n(.+?)```/s) ?? [];

        const { code, output } = await run([
          '-c',
          example.replace('localhost:8080', `127.0.0.1:${server.port}`),
        ]);

        expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\[\[.+\]\]\n$/) });
        // numpy writes them apart by spaces.
        const probabilities = output.replace(/[[\]]/g, '').trim().split(/\s+/).map(Number);
        expect(probabilities).toEqual(
          reference.example.probabilities.map((value) => expect.closeTo(value, 5) as number),
        );
      },
      TIMEOUT_MS,
    );
  });
});

interface Ending {
  readonly code: number | string | undefined;
  readonly output: string;
}

function run(args: readonly string[]): Promise<Ending> {
  return new Promise((resolve) => {
    execFile(PYTHON, args, { timeout: TIMEOUT_MS - 10_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), output: stdout + stderr }),
    );
  });
}

/** What is printed from a failed check on, up to the next one; all of it where a script did not get to its checks. */
function failuresOf(output: string): readonly string[] {
  if (!output.includes('ok ')) return [output];
  return output.split(/^(?=ok |not ok |\d+ checks)/m).filter((part) => part.startsWith('not ok'));
}
