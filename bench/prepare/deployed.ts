import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { digestOf } from './digest';
import { run } from './run';

/** Google's build runs this; not its install scripts. */
const SKIP_GPU = { ONNXRUNTIME_NODE_INSTALL: 'skip' } as const;

/** Builds the package and does to a copy of it what Google's build does. @returns the copy's folder. */
export async function prepareDeployed(node: string): Promise<string> {
  const built = projectPath('.cache/bench/dist');
  await build(built);
  const inputs = ['package.json', 'package-lock.json'].map((name) => join(built, name));
  const folder = projectPath(`.cache/bench/deployed-${digestOf(inputs, node)}`);
  replaceSources(built, folder);
  const env = { ...SKIP_GPU, PATH: [dirname(node), process.env['PATH']].join(delimiter) };
  if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, env });
  }
  await run('npm', ['run', 'gcp-build'], { cwd: folder, env });
  return folder;
}

/** Not into `dist/`, which somebody may be running. */
async function build(outdir: string): Promise<void> {
  const code = "import('./build/build.mjs').then(({ buildInto }) => buildInto(process.argv[1]))";
  await run(process.execPath, ['--eval', code, outdir], { cwd: projectPath('.') });
}

/** Keeps `node_modules`, as a cached build of Google's does. */
function replaceSources(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) {
    if (name !== 'node_modules') rmSync(join(to, name), { recursive: true });
  }
  cpSync(from, to, { recursive: true });
}
