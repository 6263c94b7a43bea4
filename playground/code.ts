import type { ApiCall, JsonCall } from './api-call';
import { fileSnippetsOf } from './file-code';
import { KEY_HEADER, type Target } from './key-header';
import { shellQuote } from './shell';
import type { Snippet } from './snippet';

export interface SnippetOptions {
  /** The address of the page, which the path of the call is relative to. */
  readonly base: string;
  /** The statement that makes the BigQuery function; without it there is no SQL. */
  readonly createFunction?: string | undefined;
  /** Whether the call must show a key: code takes it from the environment, so that it can be passed on. */
  readonly needsKey?: boolean;
}

/** Longest body, in characters, that is written into the code; a longer one is read from a file. */
const MAX_INLINE = 4000;

/** Writes a call in every language that can say it. */
export function snippetsOf(
  call: ApiCall,
  { base, createFunction, needsKey = false }: SnippetOptions,
): Snippet[] {
  const target = { url: new URL(call.path, base).href, needsKey };
  if ('file' in call) return fileSnippetsOf(call, target);
  const isInline = JSON.stringify(call.body).length <= MAX_INLINE;
  return [
    { language: 'curl', code: curl(target, call.body, isInline) },
    { language: 'Python', code: python(target, call.body, isInline) },
    { language: 'JavaScript', code: javascript(target, call.body, isInline) },
    ...(createFunction === undefined || call.features === undefined
      ? []
      : [{ language: 'SQL', code: sql(createFunction, call.features) }]),
  ];
}

function curl({ url, needsKey }: Target, body: unknown, isInline: boolean): string {
  const data = isInline ? shellQuote(JSON.stringify(body)) : '@request.json';
  return [
    `curl -X POST ${shellQuote(url)} \\`,
    ...(needsKey ? [`  -H ${KEY_HEADER.shell} \\`] : []),
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${data}`,
  ].join('\n');
}

function python({ url, needsKey }: Target, body: unknown, isInline: boolean): string {
  const value = isInline ? indent(pythonLiteral(body), 4) : 'json.load(open("request.json"))';
  return [
    ...(isInline ? [] : ['import json']),
    ...(needsKey ? ['import os'] : []),
    ...(isInline && !needsKey ? [] : ['']),
    'import requests',
    '',
    'answer = requests.post(',
    `    ${JSON.stringify(url)},`,
    ...(needsKey ? [`    headers={${KEY_HEADER.python}},`] : []),
    `    json=${value},`,
    '    timeout=60,',
    ')',
    'answer.raise_for_status()',
    'print(answer.json())',
  ].join('\n');
}

function javascript({ url, needsKey }: Target, body: unknown, isInline: boolean): string {
  const value = isInline
    ? `JSON.stringify(${indent(JSON.stringify(body, null, 2), 2)})`
    : 'await readFile("request.json")';
  return [
    ...(isInline ? [] : ['import { readFile } from "node:fs/promises";', '']),
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    '  method: "POST",',
    ...(needsKey
      ? ['  headers: {', `    ${KEY_HEADER.javascript},`, '    "Content-Type": "application/json",', '  },']
      : ['  headers: { "Content-Type": "application/json" },']),
    `  body: ${value},`,
    '});',
    'if (!answer.ok) throw new Error(await answer.text());',
    'console.log(await answer.json());',
  ].join('\n');
}

function sql(createFunction: string, features: NonNullable<JsonCall['features']>): string {
  const name = /FUNCTION\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:`[^`]+`|[\w.-])+)\s*\(/i.exec(createFunction)?.[1];
  const call = `${name ?? '`PROJECT.DATASET.FUNCTION`'}(${sqlArguments(createFunction, features)})`;
  const statement = createFunction.trim().replace(/;?$/, ';');
  return `-- Once:\n${statement}\n\n-- Then, for columns of a table or for values:\nSELECT ${call} AS prediction;`;
}

/** One argument for each feature, or all in one JSON value where the function is made that way. */
function sqlArguments(createFunction: string, features: NonNullable<JsonCall['features']>): string {
  if (/\(\s*`?features`?\s+JSON\s*\)/.test(createFunction)) {
    return `JSON ${sqlLiteral(JSON.stringify(Object.fromEntries(features)))}`;
  }
  return features.map(([, value]) => sqlLiteral(value)).join(', ');
}

function pythonLiteral(value: unknown, depth = 1): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => pythonLiteral(item, depth)).join(', ')}]`;
  const pad = '    '.repeat(depth);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${pad}${JSON.stringify(name)}: ${pythonLiteral(member, depth + 1)},\n`);
  return `{\n${members.join('')}${pad.slice(4)}}`;
}

/** A BigQuery literal: its strings take the escapes of JSON's. */
function sqlLiteral(value: unknown): string {
  return value === null || value === undefined ? 'NULL' : JSON.stringify(value);
}

/** Indents every line but the first. */
function indent(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`);
}
