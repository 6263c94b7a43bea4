import type { Command } from 'commander';
import type { CommandResult, GlobalOptions, Terminal } from './terminal';

export type { Command } from 'commander';

/** Adds one command to the program. */
export type AddCommand = (program: Command, parts: CommandParts) => void;

/** What a command is given besides its own arguments. */
export interface CommandParts {
  readonly terminal: Terminal;
  /** The options that every command has. */
  globals(): GlobalOptions;
  /** Makes the action of a command: does the work, then prints the result as it was asked for. */
  action<A extends readonly unknown[]>(
    work: (...args: A) => Promise<CommandResult>,
  ): (...args: A) => Promise<void>;
}
