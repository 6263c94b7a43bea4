/** Where a command writes, and what it knows of where it runs. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  out(text: string): void;
  /** Progress, warnings and errors. */
  err(text: string): void;
  /** Whether a person watches `err`. */
  readonly isInteractive: boolean;
  /** Who runs the command, for the history of what it changes: `ann@laptop`. */
  readonly user: string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a command found or did, once for people and once for programs. */
export interface CommandResult {
  /** Printed with `--json`, as one document. */
  readonly json: unknown;
  /** Printed without. */
  readonly lines: readonly string[];
  /** @default 0 */
  readonly exitCode?: number;
}

/** What every command can be told. */
export interface GlobalOptions {
  readonly registry: string;
  readonly json: boolean;
}
