import { KEY_NAME, keyState, type StoredKey } from '../../shared/access/key-set';
import { parseRate, RATE_FORM } from '../../shared/access/rate';
import type { AddCommand, CommandParts } from '../command';
import { UsageError } from '../exit-code';
import type { KeyTerms } from '../key-file';
import { checkModelName } from '../version-name';

interface FileOption {
  readonly file: string;
}

interface CreateOptions extends FileOption {
  readonly expires?: string;
  readonly models?: string;
  readonly rate?: string;
}

type Command = Parameters<AddCommand>[0];

/** Makes, lists and revokes API keys. */
export const addKeys: AddCommand = (program, parts) => {
  const keys = program
    .command('keys')
    .description('make, list and revoke the API keys of a deployment')
    .addHelpText('after', EXAMPLE);
  addCreate(keys, parts);
  addList(keys, parts);
  addRevoke(keys, parts);
};

const EXAMPLE = `
Example:
  onnx-functions keys create team-a --expires 90d --models iris --rate 600/min
  gcloud secrets versions add api-keys --data-file=api-keys.json`;

function addCreate(keys: Command, { terminal, action }: CommandParts): void {
  withFile(keys.command('create'), terminal.env)
    .description('make a key and print it, this once; the file has its SHA-256')
    .argument('<name>', 'whose it is, as the log will say')
    .option('--expires <when>', 'a number of days as in 90d, or a time like 2027-01-31')
    .option('--models <names>', 'the only models that it may be used for, between commas')
    .option('--rate <rate>', 'its own rate, as in 600/min')
    .action(
      action(async (name: string, options: CreateOptions) => {
        const now = new Date();
        const terms = readTerms(name, options, now);
        const { addKey } = await import('../key-file');
        const key = await addKey(options.file, terms, now);
        const { file } = options;
        terminal.err(
          `a server with ACCESS=keys API_KEYS_FILE=${file} takes it in the header X-API-Key\n` +
            `the key of "${name}", which is not shown again; ${file} has its SHA-256:\n`,
        );
        return { json: { name, key, file: options.file }, lines: [key] };
      }),
    );
}

function addList(keys: Command, { terminal, action }: CommandParts): void {
  withFile(keys.command('list'), terminal.env)
    .description('list the keys, and what each is good for')
    .action(
      action(async ({ file }: FileOption) => {
        const { readKeys } = await import('../key-file');
        const listed = (await readKeys(file)).map((key) => describe(key, Date.now()));
        return { json: { keys: listed }, lines: toTable(listed) };
      }),
    );
}

function addRevoke(keys: Command, { terminal, action }: CommandParts): void {
  withFile(keys.command('revoke'), terminal.env)
    .description('mark a key as no longer good')
    .argument('<name>')
    .action(
      action(async (name: string, { file }: FileOption) => {
        const { revokeKey } = await import('../key-file');
        await revokeKey(file, name, new Date());
        return { json: { name, file }, lines: [`revoked "${name}" in ${file}`] };
      }),
    );
}

function withFile(command: Command, env: Readonly<Record<string, string | undefined>>): Command {
  return command.option('--file <path>', 'where the keys are', env['API_KEYS_FILE'] || 'api-keys.json');
}

function readTerms(name: string, { expires, models, rate }: CreateOptions, now: Date): KeyTerms {
  if (!KEY_NAME.test(name)) {
    throw new UsageError(`expected a name of up to 64 letters, digits, ".", "_", "@" and "-", got "${name}"`);
  }
  return {
    name,
    ...(expires !== undefined && { expires: readExpiry(expires, now) }),
    ...(models !== undefined && { models: models.split(',').map((model) => checkModelName(model.trim())) }),
    ...(rate !== undefined && readRate(rate)),
  };
}

const DAY_MS = 86_400_000;

function readExpiry(text: string, now: Date): Date {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  const isDate = /^\d{4}-\d\d-\d\d/.test(text);
  const date =
    days === undefined ? new Date(isDate ? text : '') : new Date(now.getTime() + Number(days) * DAY_MS);
  if (date.getTime() > now.getTime()) return date;
  throw new UsageError(`--expires: expected a number of days as in 90d, or a time to come, got "${text}"`);
}

function readRate(text: string): Pick<KeyTerms, 'rate' | 'rateText'> {
  const rate = parseRate(text);
  if (rate === undefined) throw new UsageError(`--rate: expected ${RATE_FORM}, got "${text}"`);
  return { rate, rateText: text };
}

/** What is shown of a key: all but its digest. */
interface ListedKey {
  readonly name: string;
  readonly state: string;
  readonly created?: Date;
  readonly expires?: Date;
  readonly revoked?: Date;
  readonly models?: readonly string[];
  readonly rate?: string;
}

function describe(key: StoredKey, now: number): ListedKey {
  const { name, created, expires, revoked, models, rateText } = key;
  return {
    name,
    state: keyState(key, now),
    ...(created && { created }),
    ...(expires && { expires }),
    ...(revoked && { revoked }),
    ...(models && { models }),
    ...(rateText !== undefined && { rate: rateText }),
  };
}

function toTable(keys: readonly ListedKey[]): string[] {
  const head = ['name', 'state', 'created', 'expires', 'models', 'rate'];
  const rows = keys.map(({ name, state, created, expires, models, rate }) => [
    ...[name, state, dayOf(created), dayOf(expires)],
    ...[models?.join(',') ?? 'all', rate ?? '-'],
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function dayOf(date: Date | undefined): string {
  return date?.toISOString().slice(0, 10) ?? '-';
}
