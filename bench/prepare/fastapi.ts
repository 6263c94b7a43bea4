import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import type { Available } from '../servers/contender';
import { digestOf } from './digest';
import { run } from './run';

const PEER = projectPath('bench/peers/fastapi');
const DATA = projectPath('training/data/iris.csv');

/** The Python peer: its virtual environment, its program and its fitted model. */
export interface PythonPeer {
  readonly folder: string;
  readonly python: string;
  readonly modelFile: string;
  /** Of Python, FastAPI, uvicorn and scikit-learn. */
  readonly versions: string;
}

/** Installs and fits the Python peer, once for each version of its files. */
export async function prepareFastapi(): Promise<Available<PythonPeer>> {
  const inputs = ['requirements.txt', 'fit.py', 'app.py'].map((name) => join(PEER, name));
  const folder = projectPath(`.cache/bench/fastapi-${digestOf([...inputs, DATA])}`);
  const peer = { folder, python: join(folder, 'venv/bin/python'), modelFile: join(folder, 'model.joblib') };
  try {
    if (!existsSync(peer.modelFile)) await install(peer);
    return { value: { ...peer, versions: await run(peer.python, ['-c', PRINT_VERSIONS]) } };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { missing: `the Python peer cannot be built: ${reason}` };
  }
}

async function install({ folder, python, modelFile }: Omit<PythonPeer, 'versions'>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  cpSync(PEER, folder, { recursive: true });
  await run('python3', ['-m', 'venv', join(folder, 'venv')]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run(python, [...pip, '--requirement', join(folder, 'requirements.txt')]);
  // The first import writes .pyc files, as a container's build does.
  await run(python, [join(folder, 'fit.py'), DATA, modelFile]);
}

const PRINT_VERSIONS = `
import platform, fastapi, sklearn, uvicorn
print(f"Python {platform.python_version()}, FastAPI {fastapi.__version__},",
      f"uvicorn {uvicorn.__version__}, scikit-learn {sklearn.__version__}")
`;
