import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { requestBytes } from '../load/request-bytes';
import type { PythonPeer } from '../prepare/fastapi';
import type { Contender } from './contender';
import { contendersIn, IRIS, type Variation } from './node-contenders';

/** The names under which the report compares. */
export const NAMES = {
  predict: 'predict (function)',
  server: 'container server',
  pinned: 'container server, version pinned',
  bare: 'bare function',
  hello: 'hello world function',
  bareHttp: 'node:http + session.run',
  fastapi: 'FastAPI + scikit-learn',
} as const;

/** The image is built without V8's compile cache, which a function's build fills (docs/performance.md). */
export const AS_IMAGE = { NODE_DISABLE_COMPILE_CACHE: '1' } as const;

/** Our own functions and server, in the folder that is deployed. */
export function productContenders(folder: string, node: string, env: Readonly<Record<string, string>>) {
  const { framework, program } = contendersIn(folder, node);
  // Every feature on: the log in the form that Cloud Logging takes, with the statistics of the inputs.
  const withLog = (variation: Variation): Variation => ({
    ...variation,
    env: { LOG_FORMAT: 'json', ...env, ...variation.env },
  });
  return {
    predict: (variation: Variation = {}) => framework(NAMES.predict, 'predict', '.', withLog(variation)),
    predictBatch: (variation: Variation = {}) =>
      framework('predictBatch', 'predictBatch', '.', withLog(variation)),
    server: (variation: Variation = {}) => program(NAMES.server, 'server.js', withLog(variation)),
    // Told which version to serve, it never looks whether another was promoted.
    pinned: () =>
      program(NAMES.pinned, 'server.js', withLog({ name: NAMES.pinned, env: { MODEL_VERSION: '1.0.0' } })),
  };
}

/** The Node peers, in a plain install. */
export function peerContenders(folder: string, node: string, modelFile: string) {
  const { framework, program } = contendersIn(folder, node);
  const withModel = (variation: Variation): Variation => ({
    ...variation,
    env: { MODEL_FILE: modelFile, ...variation.env },
  });
  return {
    hello: () => framework(NAMES.hello, 'hello', 'peers/hello-function'),
    bare: (variation: Variation = {}) =>
      framework(NAMES.bare, 'bare', 'peers/bare-function', withModel(variation)),
    bareHttp: () => program(NAMES.bareHttp, 'peers/bare-http.js', withModel({})),
    jsonBatch: (variation: Variation) =>
      program('JSON + session.run', 'peers/json-batch.js', withModel(variation)),
  };
}

/** The Python peer at its best: uvicorn with its fast parts, one worker as one container has, no access log. */
export function fastapiContender({ folder, python, modelFile }: PythonPeer): Contender {
  const uvicorn = ['-m', 'uvicorn', 'app:app', '--host', '127.0.0.1', '--port', '{port}'];
  return {
    name: NAMES.fastapi,
    command: [python, ...uvicorn, '--no-access-log', '--log-level', 'warning'],
    cwd: folder,
    env: { MODEL_FILE: modelFile },
    request: requestBytes('/predict', IRIS),
  };
}

/** The committed model's artifact, which the peers read. */
export const IRIS_MODEL = projectPath(join('model-artifacts', 'iris', '1.0.0', 'model.onnx'));
