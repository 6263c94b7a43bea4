import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { hasCode, ServingError } from '../shared/core/errors';
import type { Routing } from '../shared/core/routing';
import type { AddCommand, CommandParts } from './command';
import { addDrift } from './commands/drift';
import { addEvaluate } from './commands/evaluate';
import { addGc } from './commands/gc';
import { addImageModel } from './commands/image-model';
import { addInit } from './commands/init';
import { addKeys } from './commands/keys';
import { addList } from './commands/list';
import { addLoadCost } from './commands/load-cost';
import { addPredict } from './commands/predict';
import { addPublish } from './commands/publish';
import { addRollout } from './commands/rollout';
import { addScore } from './commands/score';
import { addSeal } from './commands/seal';
import { addShow } from './commands/show';
import { addVerify } from './commands/verify';
import { EXIT_CODES, exitCodeOf } from './exit-code';
import { describeRouting } from './state-text';
import type { GlobalOptions, Terminal } from './terminal';

const COMMANDS: readonly AddCommand[] = [
  addInit,
  addVerify,
  addSeal,
  addImageModel,
  addPublish,
  addList,
  addShow,
  addRollout,
  addGc,
  addPredict,
  addScore,
  addDrift,
  addEvaluate,
  addKeys,
  addLoadCost,
];

/**
 * Runs one command.
 *
 * @param args as after the program's name.
 * @returns the exit code; nothing is thrown.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT_CODES.ok;
  const program = createProgram(terminal);
  let running = program;
  const globals = () => running.opts<GlobalOptions>();
  const parts: CommandParts = {
    terminal,
    globals,
    action: (work) =>
      async function runAction(...given) {
        const result = await work(...given);
        exitCode = result.exitCode ?? EXIT_CODES.ok;
        const text = globals().json ? JSON.stringify(result.json, undefined, 2) : result.lines.join('\n');
        if (text !== '') terminal.out(`${text}\n`);
      },
  };
  for (const add of COMMANDS) add(program, parts);
  for (const command of program.commands.flatMap(leavesOf)) addGlobalOptions(command, terminal);
  program.hook('preAction', (_, command) => {
    running = command;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, terminal, args.includes('--json'));
  }
}

function createProgram(terminal: Terminal): Command {
  return (
    new Command('onnx-functions')
      .description('Describes, checks, publishes and rolls out ONNX models.')
      .version(version)
      // Else `--version` would be the package's wherever it stands.
      .enablePositionalOptions()
      .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
      .addHelpText('after', EXIT_CODE_HELP)
      .exitOverride()
  );
}

/** The commands that can be run: the command itself, or those below it. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function addGlobalOptions(command: Command, { env }: Terminal): void {
  command
    .option(
      '--registry <uri>',
      'folder, or gs://bucket/prefix, that holds the models',
      env['MODEL_REGISTRY'] || 'model-artifacts',
    )
    .option('--json', 'print one JSON document instead of text', false);
}

const EXIT_CODE_HELP = `
Exit codes: ${Object.entries(EXIT_CODES)
  .map(([name, code]) => `${code} ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`)
  .join(', ')}.
MODEL_REGISTRY says which --registry is meant where none is given.
`;

function report(error: unknown, terminal: Terminal, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.ok;
  // Its text is printed already.
  const isCommander = error instanceof CommanderError;
  if (json) terminal.out(`${JSON.stringify({ error: describe(error) }, undefined, 2)}\n`);
  else if (!isCommander) for (const line of linesOf(error)) terminal.err(`${line}\n`);
  return isCommander ? EXIT_CODES.usage : exitCodeOf(error);
}

function linesOf(error: unknown): string[] {
  return [...messagesOf(error), ...stateOf(error)];
}

/** What went wrong and, beneath it, why: a cause says what no caller of a function may see. */
function messagesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : messagesOf(error.cause))];
}

/** Whoever lost against somebody else is shown what they made of it. */
function stateOf(error: unknown): string[] {
  if (!hasCode(error, 'conflict')) return [];
  const { state } = error.members as { readonly state?: Routing };
  return state === undefined ? [] : [`now: ${describeRouting(state)}`];
}

function describe(error: unknown): Record<string, unknown> {
  const [message, ...causes] = messagesOf(error);
  const known =
    error instanceof ServingError ? { code: error.code, errors: error.errors, ...error.members } : {};
  return { message, causes, ...known };
}
