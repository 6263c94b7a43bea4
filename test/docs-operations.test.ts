import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ERRORS } from '../shared/core/errors';

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

/** The messages that log entries are given in a file, with `<>` for what differs. */
function messagesIn({ path, text }: { readonly path: string; readonly text: string }): string[] {
  const messages: string[] = [];
  function visit(node: ts.Node): void {
    const isMessage =
      (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.name.getText() === 'message';
    if (isMessage && node.initializer !== undefined && ts.isTemplateExpression(node.initializer)) {
      const { head, templateSpans } = node.initializer;
      messages.push([head.text, ...templateSpans.map(({ literal }) => literal.text)].join('<>'));
    }
    ts.forEachChild(node, visit);
  }
  if (text.includes('LogEntry')) visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return messages;
}

test('docs/operations.md has a row for exactly the errors there are', () => {
  expect(firstColumn('## Errors').sort()).toEqual(Object.keys(ERRORS).sort());
});

test('docs/operations.md has a row for exactly the messages of the log', () => {
  const messages = [...sourcesOf('shared'), ...sourcesOf('functions')].flatMap(messagesIn);

  const listed = firstColumn('## Log events').map((message) => message.replaceAll(/<[^>]+>/g, '<>'));
  // Versions before and after are one text in the document: what was before may be absent.
  expect(listed.sort()).toEqual(messages.map((message) => message.replace(/(<>)+/g, '<>')).sort());
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

test('each runbook names the alert of Cloud Monitoring that is the same', () => {
  const named = [...DOCUMENT.matchAll(/^### Onnx\w+\n\n\(`([\w-]+)`\) /gm)].map((match) => match[1]);
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
