import { existsSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import inc from 'semver/functions/inc';
import { isTabular, type Manifest } from '../../shared/core/manifest';
import { sharesOf } from '../../shared/core/routing';
import { formatSpec } from '../../shared/core/signature';
import type { Finding } from '../../shared/onnx/finding';
import { routingOf } from '../../shared/registry/model-state';
import type { AddCommand } from '../command';
import { EXIT_CODES, UsageError } from '../exit-code';
import type { DataTable } from '../init/data';
import type { VersionWish } from '../init/describe';
import type { InitialVersion } from '../init/init-version';
import { TASKS } from '../init/task';
import { describeOthers } from '../state-text';
import { checkModelName, checkVersion } from '../version-name';

interface Options {
  readonly name?: string;
  readonly version?: string;
  readonly task?: (typeof TASKS)[number];
  readonly features?: string;
  readonly csv?: string;
  readonly target?: string;
  readonly labels?: string;
  readonly value?: string;
  readonly dryRun: boolean;
}

/** Makes a version from an ONNX file, asking nothing that the file says. */
export const addInit: AddCommand = (program, { globals, action }) => {
  program
    .command('init')
    .description(
      'make a version from an ONNX file: find what cannot be served, repair it, write the manifest',
    )
    .argument('<file.onnx>')
    .option('--name <name>', "name of the model (default: the file's)")
    .option(
      '--version <x.y.z>',
      'version of the model (default: 1.0.0, or the next minor one of those there)',
    )
    .addOption(
      program
        .createOption('--task <task>', 'what the outputs are for (default: as they show)')
        .choices(TASKS),
    )
    .option('--features <a,b,c>', 'names of the columns, in their order')
    .option('--csv <file>', 'data with a header: names, ranges, examples, categories and the baseline')
    .option('--target <column>', 'the column of the data that is no feature')
    .option('--labels <a,b,c>', 'names of the classes, in the order of the scores')
    .option('--value <output>', 'the output that is the value of a regression')
    .option('--dry-run', 'say what was found and would be written, and write nothing', false)
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (file: string, options: Options) => {
        const { registry } = globals();
        const wish = await readWish(file, registry, options);
        const { initVersion } = await import('../init/init-version');
        const { findings, version } = await initVersion(file, wish);
        const wrote = version === undefined || options.dryRun ? [] : await write(registry, version);
        return {
          json: { findings, ...(version && { manifest: version.manifest }), wrote },
          lines: [
            ...findings.map(describeFinding),
            ...describeOutcome(file, wish, { version, wrote }),
            ...(wrote.length === 0 ? [] : await describeAnswering(registry, wish)),
          ],
          exitCode: version === undefined ? EXIT_CODES.failed : EXIT_CODES.ok,
        };
      }),
    );
};

const EXAMPLES = `
Examples:
  onnx-functions init wine.onnx --csv wine.csv --target quality
  onnx-functions init churn.onnx --name churn --features age,tenure,plan --labels stays,leaves --dry-run`;

async function readWish(file: string, registry: string, options: Options): Promise<VersionWish> {
  if (registry.includes('://')) throw new UsageError('make a version in a folder, then publish it');
  if (!existsSync(file)) throw new UsageError(`expected an ONNX file, got "${file}", which is not there`);
  const name = checkModelName(options.name ?? nameFrom(file));
  const version =
    options.version === undefined ? await nextVersion(registry, name) : checkVersion(options.version);
  if (existsSync(join(registry, name, version, 'manifest.json'))) {
    throw new UsageError(
      `${name}/${version} is there already, and a version never changes: give another --version`,
    );
  }
  const { task, features, csv, target, labels, value } = options;
  const data = csv === undefined ? undefined : await readDataOf(csv, target);
  return {
    name,
    version,
    ...(task && { task }),
    ...(features !== undefined && { features: split(features) }),
    ...(data && { data }),
    ...(target !== undefined && { target }),
    ...(labels !== undefined && { labels: split(labels) }),
    ...(value !== undefined && { value }),
  };
}

async function readDataOf(csv: string, target: string | undefined): Promise<DataTable> {
  if (!existsSync(csv)) throw new UsageError(`--csv: expected a file, got "${csv}", which is not there`);
  const { readData } = await import('../init/data');
  const data = await readData(csv);
  if (target === undefined || data.columns.includes(target)) return data;
  throw new UsageError(`--target: there is no column "${target}" in ${csv} (${data.columns.join(', ')})`);
}

function split(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}

/** The file's name in the letters that a model's may have. */
function nameFrom(file: string): string {
  const name = basename(file, extname(file)).toLowerCase();
  return name.replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '');
}

async function nextVersion(root: string, name: string): Promise<string> {
  const { createRegistry } = await import('../../shared/registry/registry');
  const { createLocalStore } = await import('../../shared/registry/local-store');
  const highest = (await createRegistry(createLocalStore(root)).versions(name)).at(-1);
  return (highest && inc(highest, 'minor')) ?? '1.0.0';
}

async function write(registry: string, version: InitialVersion): Promise<string[]> {
  const { writeVersion } = await import('../../training/version');
  return writeVersion(registry, version);
}

function describeFinding({ code, severity, where, detail, repaired }: Finding): string {
  return `${repaired ? 'repaired' : severity}  ${code}, ${where}: ${detail}`;
}

interface Outcome {
  readonly version: InitialVersion | undefined;
  readonly wrote: readonly string[];
}

function describeOutcome(file: string, { name, version }: VersionWish, outcome: Outcome): string[] {
  if (outcome.version === undefined) return [`${file} cannot be served: nothing was written`];
  const { manifest, answer } = outcome.version;
  return [
    `${name} ${version}: ${describe(manifest)}`,
    ...describeClasses(manifest),
    ...(answer === undefined ? [] : [`its example is answered with ${answer}`]),
    ...outcome.wrote.map((path) => `wrote ${relative('', path)}`),
    ...(outcome.wrote.length === 0 ? ['nothing was written (--dry-run)'] : []),
  ];
}

/** Answers have the index of a class beside its label; the file may have a value of its own for it. */
function describeClasses(manifest: Manifest): string[] {
  if (!isTabular(manifest) || manifest.classes === undefined) return [];
  const { label_values: values } = manifest.output;
  const isNumbered =
    values === undefined && manifest.classes.every((label, index) => label === String(index));
  if (isNumbered) return [`classes: ${manifest.classes.join(', ')} (--labels gives them names)`];
  const classes = manifest.classes.map((label, index) => {
    const value = values?.[index];
    return `${index} is ${label}${value === undefined ? '' : ` (${value} in the file)`}`;
  });
  return [`classes: ${classes.join(', ')}`];
}

/** Whoever made a new version may think that it answers. */
async function describeAnswering(root: string, { name, version }: VersionWish): Promise<string[]> {
  const { createRegistry } = await import('../../shared/registry/registry');
  const { createLocalStore } = await import('../../shared/registry/local-store');
  const registry = createRegistry(createLocalStore(root));
  const [versions, { state }] = await Promise.all([registry.versions(name), registry.state(name)]);
  const answering = [...sharesOf(routingOf(state), versions.at(-1)).keys()];
  if (answering.includes(version) || answering.length === 0) return [];
  return [describeOthers(answering, `promote ${name}/${version} --registry ${root}`)];
}

function describe(manifest: Manifest): string {
  const { inputs = [], outputs = [] } = manifest.signature ?? {};
  if (!isTabular(manifest)) {
    const list = [...inputs, ...outputs].map((spec) => `${spec.name} ${formatSpec(spec)}`).join(', ');
    return `a model of tensors (${list})`;
  }
  const features = manifest.features.map((feature) => feature.name).join(', ');
  const classes = manifest.classes === undefined ? '' : ` of ${manifest.classes.join(', ')}`;
  return `a ${manifest.task}${classes} by ${features}`;
}
