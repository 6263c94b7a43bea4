import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenApiDocument } from '../../shared/protocol/openapi/document';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithPython } from './python';

const SCHEMATHESIS = projectPath('.cache/python/clients/bin/st');

/** Where it keeps what it found. */
const WORK = projectPath('.cache/schemathesis');

/** It needs 35 s on an idle machine of two cores. */
const TIMEOUT_MS = 240_000;

describeWithPython('schemathesis', () => {
  let server: FunctionProcess;
  beforeAll(async () => {
    const vertex = {
      AIP_MODE: 'PREDICTION',
      AIP_HEALTH_ROUTE: '/v1/endpoints/7/deployedModels/9',
      AIP_PREDICT_ROUTE: '/v1/endpoints/7/deployedModels/9:predict',
    };
    server = await startFunction({
      target: 'serve',
      program: ['dist/server.js'],
      env: { MODEL_NAME: 'iris', LOG_LEVEL: 'silent', ...vertex },
    });
  });
  afterAll(async () => {
    await server.stop();
  });

  test(
    'finds nothing in any operation that is not as described',
    async () => {
      const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
      const operations = Object.keys(document.paths).length;

      const { code, output } = await runSchemathesis(server.url, withoutDefaults(document));

      expect(code === 0 ? '' : output).toBe('');
      expect(output).toContain(`Tested: ${operations}\n`);
    },
    TIMEOUT_MS,
  );
});

/** With a default answer no status would be one that is not described. */
function withoutDefaults({ paths, ...rest }: OpenApiDocument): OpenApiDocument {
  const text = JSON.stringify(paths, (key, value: unknown) => (key === 'default' ? undefined : value));
  return { ...rest, paths: JSON.parse(text) as OpenApiDocument['paths'] };
}

interface Ending {
  readonly code: number | string | undefined;
  readonly output: string;
}

function runSchemathesis(url: string, document: OpenApiDocument): Promise<Ending> {
  mkdirSync(WORK, { recursive: true });
  writeFileSync(join(WORK, 'openapi.json'), JSON.stringify(document));
  const options = [
    ...['--config-file', join(__dirname, 'schemathesis.toml'), 'run', 'openapi.json', '--url', url],
    ...['--checks', 'all', '--mode', 'all', '-n', '30', '--seed', '1'],
    // No request here makes anything that another could ask for, so there are no sequences to try.
    ...['--phases', 'examples,coverage,fuzzing', '--continue-on-failure', '--no-color'],
  ];
  const env = { ...process.env, PYTHONPATH: __dirname, PYTHONDONTWRITEBYTECODE: '1' };
  return new Promise((resolve) => {
    execFile(SCHEMATHESIS, options, { cwd: WORK, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), output: stdout + stderr }),
    );
  });
}
