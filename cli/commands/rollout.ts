// The commands that change which version answers: promote, unalias, traffic, shadow, rollback.
import type { Command } from 'commander';
import { PRODUCTION } from '../../shared/core/routing';
import { routingOf } from '../../shared/registry/model-state';
import { createRegistry } from '../../shared/registry/registry';
import {
  type Change,
  promote,
  removeAlias,
  rollback,
  setShadow,
  splitTraffic,
} from '../../shared/registry/state-changes';
import { checkVersions } from '../../shared/registry/state-editor';
import type { Store } from '../../shared/registry/store';
import type { AddCommand, CommandParts } from '../command';
import { UsageError } from '../exit-code';
import { changeModel, lastSequence, type NoteOptions, noteOf, openStoreAt } from '../registry-access';
import { describeAnswering, describeRouting } from '../state-text';
import type { CommandResult } from '../terminal';
import { checkModelName, checkVersion, parseVersionName } from '../version-name';

interface ChangeFlags extends NoteOptions {
  readonly expect?: number;
  /** Whether the versions that get traffic are loaded and run first. */
  readonly verify?: boolean;
}

/** The commands that change which version answers. */
export const addRollout: AddCommand = (program, parts) => {
  const change = (made: { model: string; change: Change; verify?: readonly string[] }, flags: ChangeFlags) =>
    runChange(parts, made, flags);

  withVerify(command(program, 'promote', 'make a version the one that answers, or point another alias to it'))
    .argument('<model/version>')
    .option('--alias <name>', 'the alias to move', PRODUCTION)
    .addHelpText(
      'after',
      examples('promote iris/1.1.0 --reason "canary was fine"', 'promote iris/1.2.0 --alias staging'),
    )
    .action(
      parts.action(async (name: string, { alias, ...flags }: ChangeFlags & { alias: string }) => {
        const { model, version } = parseVersionName(name);
        return change({ model, change: promote(version, alias), verify: [version] }, flags);
      }),
    );

  command(program, 'unalias', 'take an alias away')
    .argument('<model>')
    .argument('<alias>')
    .addHelpText('after', examples('unalias iris staging'))
    .action(
      parts.action(async (name: string, alias: string, flags: ChangeFlags) =>
        change({ model: checkModelName(name), change: removeAlias(alias) }, flags),
      ),
    );

  withVerify(command(program, 'traffic', 'split the requests that ask for no version, in percent'))
    .argument('<model>')
    .argument('<version=percent...>')
    .addHelpText('after', examples('traffic iris 1.0.0=90 1.1.0=10'))
    .action(
      parts.action(async (name: string, shares: readonly string[], flags: ChangeFlags) => {
        const traffic = parseShares(shares);
        const verify = Object.keys(traffic);
        return change({ model: checkModelName(name), change: splitTraffic(traffic), verify }, flags);
      }),
    );

  withVerify(command(program, 'shadow', 'give a version copies of the requests, and compare its answers'))
    .argument('<model>')
    .argument('[version]')
    .option('--percent <n>', 'share of the requests that are copied', parsePercent, 100)
    .option('--off', 'stop it', false)
    .addHelpText('after', examples('shadow iris 1.1.0 --percent 20', 'shadow iris --off'))
    .action(parts.action(async (name, version, flags) => change(readShadow(name, version, flags), flags)));

  command(
    program,
    'rollback',
    'go back to what answered before the last change; again for one change further back',
  )
    .argument('<model>')
    .option(
      '--to <change>',
      'go back to what answered after this change, as `show` numbers them',
      parseSequence,
    )
    .addHelpText('after', examples('rollback iris --reason "errors on mobile"', 'rollback iris --to 7'))
    .action(
      parts.action(async (name: string, { to, ...flags }: ChangeFlags & { to?: number }) =>
        change({ model: checkModelName(name), change: rollback(to) }, flags),
      ),
    );
};

function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--reason <text>', 'why, for the history')
    .option('--by <name>', 'who, for the history (default: you, at this machine)')
    .option('--expect <change>', 'do nothing unless this is the last change', parseSequence);
}

function withVerify(of: Command): Command {
  return of.option('--no-verify', 'do not load and run the version first');
}

function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  onnx-functions ${line}`).join('\n')}`;
}

async function runChange(
  { globals, terminal }: CommandParts,
  { model, change, verify = [] }: { model: string; change: Change; verify?: readonly string[] },
  { expect, verify: mustVerify = false, ...options }: ChangeFlags,
): Promise<CommandResult> {
  const store = await openStoreAt(globals().registry, terminal);
  if (mustVerify) await verifyAll(store, model, verify);
  const note = noteOf(terminal, options);
  const { before, state } = await changeModel(store, model, change, { note, expect });
  return {
    json: { name: model, ...routingOf(state), change: state.history?.at(-1) },
    lines: [
      `${model}: ${describeRouting(routingOf(state))} (change ${lastSequence(state)})`,
      ...describeAnswering(before, state),
    ],
  };
}

/** A version that cannot be loaded or run would take no traffic: better to hear of it now. */
async function verifyAll(store: Store, model: string, versions: readonly string[]): Promise<void> {
  const registry = createRegistry(store);
  await checkVersions(registry, model, versions);
  const { verifyVersion } = await import('../verify-version');
  for (const version of versions) await verifyVersion(registry, model, version);
}

function readShadow(
  name: string,
  version: string | undefined,
  { percent, off }: { percent: number; off: boolean },
): { model: string; change: Change; verify: readonly string[] } {
  const model = checkModelName(name);
  if ((version === undefined) !== off) throw new UsageError('expected a version, or --off');
  if (version === undefined) return { model, change: setShadow(undefined), verify: [] };
  return { model, change: setShadow({ version: checkVersion(version), percent }), verify: [version] };
}

function parseShares(texts: readonly string[]): Record<string, number> {
  const shares = texts.map(parseShare);
  const versions = shares.map(([version]) => version);
  const twice = versions.find((version, index) => versions.indexOf(version) < index);
  if (twice !== undefined) throw new UsageError(`expected each version once, got ${twice} twice`);
  return Object.fromEntries(shares);
}

function parseShare(text: string): [version: string, percent: number] {
  const [version = '', percent = '', ...rest] = text.split('=');
  if (rest.length > 0 || percent === '') {
    throw new UsageError(`expected VERSION=PERCENT, as in 1.1.0=10, got "${text}"`);
  }
  return [checkVersion(version), parsePercent(percent)];
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent;
  throw new UsageError(`expected a percentage from 0 to 100, got "${text}"`);
}

function parseSequence(text: string): number {
  const sequence = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(sequence) && sequence >= 0) return sequence;
  throw new UsageError(`expected the number of a change, as \`show\` has them, got "${text}"`);
}
