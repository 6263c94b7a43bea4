import { readFileSync } from 'node:fs';
import { projectPath } from '../../training/project-path';

/** The parts of a filter of Cloud Logging that deploy/terraform uses: comparisons, joined by AND. */
const COMPARISON = /^([\w.]+)(>=|!=|=~|[<>=:])(.+)$/;

/**
 * Whether an entry passes a filter, as Cloud Logging's query language says: a comparison with a member that is not
 * there fails, `:*` asks for its presence, and `=~` finds a pattern anywhere.
 *
 * @see https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function passes(entry: Readonly<Record<string, unknown>>, filter: string): boolean {
  return filter.split(' AND ').every((comparison) => {
    const [, path = '', operator = '', operand = ''] = COMPARISON.exec(comparison) ?? [];
    if (operator === '') throw new TypeError(`expected a comparison, got ${comparison}`);
    return holds(memberAt(entry, path), operator, JSON.parse(operand === '*' ? '"*"' : operand));
  });
}

function memberAt(entry: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      entry,
    );
}

function holds(value: unknown, operator: string, operand: unknown): boolean {
  if (value === undefined) return false;
  if (operator === ':' && operand === '*') return true;
  if (operator === '=') return value === operand;
  if (operator === '!=') return value !== operand;
  if (operator === '=~') return new RegExp(String(operand)).test(String(value));
  if (typeof value !== 'number' || typeof operand !== 'number') return false;
  if (operator === '<') return value < operand;
  return operator === '>' ? value > operand : value >= operand;
}

/**
 * The filter of a resource in deploy/terraform, but for the part that says whose entries it is about.
 *
 * @param name as in `google_logging_metric.cold_start`.
 */
export function filterOf(file: string, name: string): string {
  const text = readFileSync(projectPath(`deploy/terraform/${file}`), 'utf8');
  const [, body = ''] = text.split(`resource "${name.replace('.', '" "')}" {`);
  const [, filter] = /^ {2}filter +=\s+"\$\{local\.\w*log_filter\} AND (.+)"$/m.exec(body) ?? [];
  if (filter === undefined) throw new Error(`${file}: ${name} has no filter`);
  return filter.replaceAll('\\"', '"');
}
