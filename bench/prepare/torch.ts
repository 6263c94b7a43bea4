import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import type { Available } from '../servers/contender';
import { run } from './run';

/** Debian's own; what `python3` means elsewhere on the path does not see its packages. */
const PYTHON = '/usr/bin/python3';

/** `uvicorn[standard]`, and what FastAPI reads forms with. */
const PACKAGES = [
  'python3-torch',
  'python3-torchvision',
  'python3-pil',
  'python3-fastapi',
  'python3-multipart',
  'python3-uvicorn',
  'python3-uvloop',
  'python3-httptools',
];

/** The peer that classifies images in Python. */
export interface TorchPeer {
  readonly folder: string;
  readonly python: string;
  /** Of Python, PyTorch, torchvision, Pillow, FastAPI and uvicorn. */
  readonly versions: string;
}

/** Installs the peer for images from Debian's packages, unless they are there. */
export async function prepareTorch(): Promise<Available<TorchPeer>> {
  const folder = projectPath('.cache/bench/torch');
  try {
    const versions = await readVersions().catch(async () => {
      await install();
      return await readVersions();
    });
    // Not where it lies: Python writes what it compiled beside it.
    mkdirSync(folder, { recursive: true });
    cpSync(projectPath('bench/peers/fastapi_torch.py'), join(folder, 'fastapi_torch.py'));
    return { value: { folder, python: PYTHON, versions } };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { missing: `the PyTorch peer cannot be installed: ${reason}` };
  }
}

function readVersions(): Promise<string> {
  return run(PYTHON, ['-c', PRINT_VERSIONS]);
}

/** As the root of a Debian: its PyTorch takes half a minute, and is as fast here as the newest wheels. */
async function install(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('only root may, on Debian: apt-get install python3-torch ...');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '--quiet'], { env });
  await run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...PACKAGES], { env });
}

const PRINT_VERSIONS = `
import platform, PIL, fastapi, httptools, multipart, torch, torchvision, uvicorn, uvloop
print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, torchvision {torchvision.__version__},",
      f"Pillow {PIL.__version__}, FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__}")
`;
