import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../shared/core/errors';
import { findLogTexts } from './log-texts';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const DOCUMENT = read('docs/operations.md');

/** What stands under a heading, up to the next one of any level. */
function section(heading: string): string {
  return DOCUMENT.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? '';
}

/** The first cell of each row, which is in backquotes. */
function firstColumn(heading: string): string[] {
  return [...section(heading).matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
}

function sourcesOf(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: read(join(folder, path)) }));
}

test('docs/operations.md has a row for exactly the errors there are', () => {
  expect(firstColumn('## Errors').sort()).toEqual(Object.keys(ERRORS).sort());
});

describe('the log', () => {
  /** Names of loads are parts of "loading the <what>", and have a table of their own. */
  const areLoads = (path: string) =>
    path.startsWith('shared/serving/models/') || path === 'shared/runtime/load-cache.ts';
  const { messages, handedOn } = findLogTexts(['shared', 'functions', 'cli'], areLoads);

  test('has a row in docs/operations.md for exactly the messages there are', () => {
    const listed = firstColumn('## Log events').map((message) => message.replaceAll(/<[^>]+>/g, '<>'));

    // The frame of all that failed, which every text that is handed to it stands in.
    const said = messages.filter((message) => message !== '<> failed: <>');
    expect(listed.sort()).toEqual(said.sort());
  });

  test('is given no text that the rows cannot be held to', () => {
    expect([...handedOn].sort()).toEqual([
      // A line for each file of a job, which docs/bulk.md describes.
      expect.stringMatching(/^cli\/score-progress\.ts: \{ severity: .* message: toLine\(file\),/),
      // The callbacks themselves: what they are given is found where they are called.
      'shared/serving/app.ts: failureEntry(config, what, error)',
      "shared/serving/app.ts: failureEntry(config, what, error, 'WARNING')",
      'shared/serving/app.ts: { severity, message }',
      "shared/serving/app.ts: { severity: 'INFO', message }",
      // Told of an error alone, by whoever puts the text to it.
      'shared/serving/tracing/exporter.ts: onFailure(error)',
      'shared/serving/tracing/exporter.ts: onRecovery()',
    ]);
  });
});

test('docs/operations.md has a row for exactly the loads that can fail', () => {
  const keys = sourcesOf('shared/serving/models').flatMap(({ text }) => [
    ...text.matchAll(/\.get\(['`](\w+)[ '`]/g),
    ...text.matchAll(/onFailure\(['`](\w+ artifact|state)/g),
    ...text.matchAll(/return `(model) \$\{name\}/g),
  ]);

  const listed = firstColumn('### Loads that fail');
  const known = new Set(keys.map(([, key]) => `loading the ${key} failed: …`));
  expect(listed.sort()).toEqual([...known].sort());
});

test('docs/operations.md has a runbook for exactly the alerts there are', () => {
  const runbooks = [...DOCUMENT.matchAll(/^### (Onnx\w+)$/gm)].map((match) => match[1]);
  const alerts = [...read('deploy/monitoring/rules.yaml').matchAll(/^\s+- alert: (\w+)$/gm)];

  expect(runbooks.sort()).toEqual(alerts.map((match) => match[1]).sort());
});

test('each runbook names the alerts of Cloud Monitoring that are the same', () => {
  const named = [...DOCUMENT.matchAll(/^### Onnx\w+\n\n\((`[^)]+`)\) /gm)].flatMap(([, names = '']) =>
    names.split(', ').map((name) => name.replaceAll('`', '')),
  );
  const [, policies = ''] = read('deploy/terraform/monitoring.tf').split('alert_rules = merge(');
  const alerts = [...policies.matchAll(/^ +([\w-]+) = \{$/gm)];

  expect(named.sort()).toEqual(alerts.map((match) => match[1]).sort());
});

test('docs/operations.md plans with the factors that the service goes by', () => {
  const source = read('shared/serving/models/served-model.ts');
  const factorOf = (name: string) => new RegExp(`^const ${name} = ([\\d.]+);$`, 'm').exec(source)?.[1];

  expect(section('## How large an instance must be')).toContain(
    `base + ${factorOf('MEMORY_FACTOR')} x file of each loaded version (${factorOf('SEALED_FACTOR')} x where`,
  );
});

test('docs/drift.md has the predictions picked as the Terraform picks them', () => {
  const [, wanted = ''] = /AND (jsonPayload\.model.*)"/.exec(read('deploy/terraform/drift.tf')) ?? [];

  expect(wanted).not.toBe('');
  expect(read('docs/drift.md')).toContain(` ${wanted.replaceAll(' AND ', ' ')}'`);
});
