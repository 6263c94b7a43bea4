import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectPath } from '../training/project-path';

/** What the code of some folders may write to the log. */
export interface LogTexts {
  /** Messages, with `<>` for what differs. */
  readonly messages: readonly string[];
  /** Entries, and calls on the way to one, whose text cannot be read where they stand, as `path: code`. */
  readonly handedOn: readonly string[];
}

/**
 * Finds the texts of log entries in source code: those that stand in an entry, and those that are handed to a callback or
 * a function that makes an entry of them. Which callbacks do is found too: those that are given as a function that writes
 * to the log. They go by their names, so a callback of the same name anywhere is taken for one.
 *
 * @param isLeftOut files whose texts are parts of others, and are looked at elsewhere.
 */
export function findLogTexts(folders: readonly string[], isLeftOut: (path: string) => boolean): LogTexts {
  const files = folders.flatMap(parseFolder);
  const ways = findWays(files);
  const places = files.flatMap((file) => [
    ...entriesIn(file),
    ...(isLeftOut(file.fileName) ? [] : callsIn(file, ways)),
  ]);
  return {
    messages: [...new Set(places.flatMap(({ texts }) => texts))],
    handedOn: places.filter(({ texts }) => texts.length === 0).map(({ node }) => describe(node)),
  };
}

function describe(node: ts.Node): string {
  return `${node.getSourceFile().fileName}: ${node.getText().replace(/\s+/g, ' ')}`;
}

const SEVERITIES: ReadonlySet<string> = new Set(['DEBUG', 'INFO', 'WARNING', 'ERROR']);

function parseFolder(folder: string): ts.SourceFile[] {
  return readdirSync(projectPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(projectPath(join(folder, path)), 'utf8');
      return ts.createSourceFile(join(folder, path), text, ts.ScriptTarget.Latest, true);
    });
}

/** Where a text of an entry is to be, and the texts that are there; none where they cannot be read in it. */
interface Place {
  readonly node: ts.Node;
  readonly texts: readonly string[];
}

/** The messages of the entries that stand in a file: objects with a severity and a message. */
function entriesIn(file: ts.SourceFile): Place[] {
  const nodes = nodesOf(file);
  const constants = nodes.filter(ts.isVariableDeclaration);
  return nodes.filter(ts.isObjectLiteralExpression).flatMap((node) => {
    const [severity, message] = ['severity', 'message'].map((name) =>
      node.properties.find((property) => property.name?.getText() === name),
    );
    if (severity === undefined || message === undefined) return [];
    if (ts.isPropertyAssignment(message)) return [{ node, texts: textsOf(message.initializer) }];
    const named = constants.filter(({ name }) => name.getText() === 'message');
    return [
      {
        node,
        texts: named.flatMap(({ initializer }) => (initializer === undefined ? [] : textsOf(initializer))),
      },
    ];
  });
}

/** How a callback says what it is given: as it is, or as that which failed. */
type Way = 'as it is' | 'failure';

/** Names of the callbacks that make log entries of what they are given, and of the function that they make them by. */
function findWays(files: readonly ts.SourceFile[]): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>([['failureEntry', 'failure']]);
  const given = files.flatMap(nodesOf).filter(ts.isPropertyAssignment);
  for (const { name, initializer } of given) {
    if (!ts.isArrowFunction(initializer)) continue;
    const body = initializer.getText();
    if (!/\blog(\.write)?\(/.test(body)) continue;
    ways.set(name.getText(), body.includes('failureEntry(') ? 'failure' : 'as it is');
  }
  // Given on under another name, as in `{ tell: parts.onFailure }`.
  for (const { name, initializer } of given) {
    const way = ways.get(lastNameOf(initializer));
    if (way !== undefined) ways.set(name.getText(), way);
  }
  return ways;
}

/** The calls that lead to the log, also by another name that a file gives to one: `const { onFailure: report } = parts`. */
function callsIn(file: ts.SourceFile, ways: ReadonlyMap<string, Way>): Place[] {
  const nodes = nodesOf(file);
  const aliases = new Map(
    nodes.flatMap((node): [string, string][] =>
      ts.isBindingElement(node) && node.propertyName !== undefined
        ? [[node.name.getText(), node.propertyName.getText()]]
        : [],
    ),
  );
  return nodes.flatMap((node) => {
    if (!ts.isCallExpression(node)) return [];
    const name = lastNameOf(node.expression);
    const way = ways.get(aliases.get(name) ?? name);
    if (way === undefined) return [];
    const texts = node.arguments.flatMap(textsOf).filter((text) => !SEVERITIES.has(text));
    return [{ node, texts: way === 'failure' ? texts.map((text) => `${text} failed: <>`) : texts }];
  });
}

function lastNameOf(node: ts.Expression): string {
  return (ts.isPropertyAccessExpression(node) ? node.name : node).getText();
}

/** The texts that an expression may be; none where that cannot be read in it. */
function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (!ts.isTemplateExpression(node)) return [];
  const { head, templateSpans } = node;
  // Versions before and after are one text in the document: what was before may be absent.
  return [
    [head.text, ...templateSpans.map(({ literal }) => literal.text)].join('<>').replace(/(<>)+/g, '<>'),
  ];
}

function nodesOf(root: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  function visit(node: ts.Node): void {
    nodes.push(node);
    ts.forEachChild(node, visit);
  }
  visit(root);
  return nodes;
}
