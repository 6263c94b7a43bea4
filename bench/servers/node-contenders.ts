import { join } from 'node:path';
import { requestBytes } from '../load/request-bytes';
import type { Contender } from './contender';

/** The body that every server is asked with. */
export const IRIS = { features: [5.1, 3.5, 1.4, 0.2] } as const;

const REQUEST = requestBytes('/predict', IRIS);
const FRAMEWORK = 'node_modules/.bin/functions-framework';
const PRODUCTION = { NODE_ENV: 'production' } as const;

/** How a contender may differ from its usual form. */
export interface Variation {
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly request?: Buffer;
}

/** Makes contenders of what lies in one folder, on one Node. */
export interface NodeContenders {
  /** A target of the Functions Framework, its module in `source`. */
  framework(name: string, target: string, source: string, variation?: Variation): Contender;
  /** A program that listens on PORT. */
  program(name: string, file: string, variation?: Variation): Contender;
}

/** The contenders of a folder with `node_modules`. */
export function contendersIn(folder: string, node: string): NodeContenders {
  function contender(usualName: string, command: readonly string[], variation: Variation): Contender {
    const { name = usualName, env, request = REQUEST } = variation;
    return { name, command: [node, ...command], cwd: folder, env: { ...PRODUCTION, ...env }, request };
  }
  return {
    framework: (name, target, source, variation = {}) =>
      contender(name, [join(folder, FRAMEWORK), `--target=${target}`, `--source=${source}`], variation),
    program: (name, file, variation = {}) => contender(name, [join(folder, file)], variation),
  };
}
