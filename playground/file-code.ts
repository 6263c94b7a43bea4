import type { FileCall } from './api-call';
import { KEY_HEADER, type Target } from './key-header';
import { shellQuote } from './shell';
import type { Snippet } from './snippet';

/** Writes a call that sends a file, in every language that can say it. SQL cannot. */
export function fileSnippetsOf(call: FileCall, target: Target): Snippet[] {
  return [
    { language: 'curl', code: curl(target, call) },
    { language: 'Python', code: python(target, call) },
    { language: 'JavaScript', code: javascript(target, call) },
  ];
}

function curl({ url, needsKey }: Target, { file, fields }: FileCall): string {
  const parts = [
    `file=@${curlFileName(file.name)}`,
    ...Object.entries(fields).map(([name, value]) => `${name}=${value}`),
  ];
  return [
    `curl -X POST ${shellQuote(url)}`,
    ...(needsKey ? [`  -H ${KEY_HEADER.shell}`] : []),
    ...parts.map((part) => `  -F ${shellQuote(part)}`),
  ].join(' \\\n');
}

/** curl itself ends a name at a comma or semicolon, unless it is in double quotes. */
function curlFileName(name: string): string {
  return /[",;\\]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}

function python({ url, needsKey }: Target, { file, fields }: FileCall): string {
  return [
    ...(needsKey ? ['import os', ''] : []),
    'import requests',
    '',
    `with open(${JSON.stringify(file.name)}, "rb") as image:`,
    '    answer = requests.post(',
    `        ${JSON.stringify(url)},`,
    '        files={"file": image},',
    ...(needsKey ? [`        headers={${KEY_HEADER.python}},`] : []),
    ...(Object.keys(fields).length === 0 ? [] : [`        data={${pythonMembers(fields)}},`]),
    '        timeout=60,',
    '    )',
    'answer.raise_for_status()',
    'print(answer.json())',
  ].join('\n');
}

function pythonMembers(fields: FileCall['fields']): string {
  return Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ');
}

function javascript({ url, needsKey }: Target, { file, fields }: FileCall): string {
  const name = JSON.stringify(file.name);
  const others = Object.entries(fields).map(
    ([field, value]) => `form.set(${JSON.stringify(field)}, ${JSON.stringify(value)});`,
  );
  return [
    'import { openAsBlob } from "node:fs";',
    '',
    'const form = new FormData();',
    `form.set("file", await openAsBlob(${name}), ${name});`,
    ...others,
    ...(needsKey
      ? [
          `const answer = await fetch(${JSON.stringify(url)}, {`,
          '  method: "POST",',
          `  headers: { ${KEY_HEADER.javascript} },`,
          '  body: form,',
          '});',
        ]
      : [`const answer = await fetch(${JSON.stringify(url)}, { method: "POST", body: form });`]),
    'if (!answer.ok) throw new Error(await answer.text());',
    'console.log(await answer.json());',
  ].join('\n');
}
