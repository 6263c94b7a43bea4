import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { projectPath } from '../training/project-path';
import type { PartName } from './options';
import { run } from './prepare/run';
import type { TorchPeer } from './prepare/torch';
import type { Table } from './report/table';
import type { Available } from './servers/contender';
import type { Workbench } from './workbench';

/** What the figures were measured on and with, in the words of the report. */
export type MachineFacts = Readonly<Record<string, string>>;

/** Gathers the facts; the load average is that of this moment. */
export async function describeMachine({
  node,
  pythonVersions,
  torch,
  options,
}: Workbench): Promise<MachineFacts> {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    commit: await commitOf(projectPath('.')),
    machine: `${processors.length} x ${processors[0]?.model ?? 'unknown'}, ${(totalmem() / 1e9).toFixed(0)} GB`,
    system: systemOf(process.platform, release()),
    'Node of the servers': await run(node, ['--version']),
    'Node of the load generator': process.version,
    packages: packageVersions(),
    ...(options.parts.some(hasPython) && { 'Python peer': await pythonVersions() }),
    ...(options.parts.includes('image') && { 'Python peer for images': versionsOf(await torch()) }),
    'load average before': loadAverage(),
    ...(options.quick && { mode: 'quick: these figures mean nothing' }),
  };
}

/** The kernel and its version; what follows the version in its release names a build, and thereby a host. */
export function systemOf(platform: string, kernelRelease: string): string {
  const version = /^\d+(\.\d+)*/.exec(kernelRelease)?.[0];
  return version === undefined ? platform : `${platform} ${version}`;
}

/** Building the peer takes half a minute, which a part without it need not wait for. */
function hasPython(part: PartName): boolean {
  return part === 'cold' || part === 'warm';
}

function versionsOf(peer: Available<TorchPeer>): string {
  return 'missing' in peer ? peer.missing : peer.value.versions;
}

/** The load of the last 1, 5 and 15 minutes. */
export function loadAverage(): string {
  return loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');
}

/** The run in a line, for what is shown apart from its report. */
export function describeRun(facts: MachineFacts): string {
  const { date = '', commit = '', machine = '', mode } = facts;
  const said = ['npm run bench', `${date.slice(0, 10)}`, `commit ${commit}`, machine, mode];
  return said.filter((part) => part !== undefined).join(', ');
}

/** The facts as a table. */
export function machineTable(facts: MachineFacts): Table {
  return { title: 'Measured on', columns: ['', ''], rows: Object.entries(facts) };
}

/** What a run of the benchmark writes, and what is written from it: no change of what is measured. */
const OUTPUT = ['bench/results', 'docs/comparison.md'];

/** The commit that is checked out in a folder, and whether anything that is measured differs from it. */
export async function commitOf(folder: string): Promise<string> {
  const git = (...args: string[]) => run('git', args, { cwd: folder });
  try {
    const hash = await git('rev-parse', '--short', 'HEAD');
    const others = OUTPUT.map((path) => `:(exclude)${path}`);
    const changes = await git('status', '--porcelain', '--', '.', ...others);
    return changes === '' ? hash : `${hash} with changes`;
  } catch {
    return 'none';
  }
}

function packageVersions(): string {
  return ['@google-cloud/functions-framework', 'onnxruntime-node'].map(installed).join(', ');
}

function installed(name: string): string {
  const text = readFileSync(projectPath(`node_modules/${name}/package.json`), 'utf8');
  return `${name} ${(JSON.parse(text) as { version: string }).version}`;
}
