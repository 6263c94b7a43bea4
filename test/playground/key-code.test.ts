import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ApiCall } from '../../playground/api-call';
import { snippetsOf } from '../../playground/code';

const run = promisify(execFile);

/** Answers what it was shown. */
let server: Server;
let base: string;
let folder: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.end(JSON.stringify({ shown: request.headers.authorization ?? null })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  folder = mkdtempSync(join(tmpdir(), 'key-code-'));
  writeFileSync(join(folder, 'a.png'), 'image');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const CALLS: readonly (readonly [string, ApiCall])[] = [
  ['a row', { path: './predict', body: { features: { a: 1 } } }],
  ['a body from a file', { path: './predict', body: { data: 'x'.repeat(5_000) } }],
  ['an image', { path: './predict', file: new File(['image'], 'a.png'), fields: { top_k: '3' } }],
];

const hasRequests = (() => {
  try {
    execFileSync('python3', ['-c', 'import requests'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Runs code as a reader would, with the key in the environment. */
async function runCode(language: string, code: string): Promise<unknown> {
  const env = { ...process.env, API_KEY: "it's $a key" };
  const options = { cwd: folder, env, timeout: 20_000 };
  writeFileSync(join(folder, 'request.json'), '{}');
  writeFileSync(join(folder, 'code.mjs'), code);
  const commands: Readonly<Record<string, () => Promise<{ stdout: string }>>> = {
    curl: () => run('sh', ['-c', code.replace(/^curl/, 'curl -s')], options),
    Python: () => run('python3', ['-c', code], options),
    JavaScript: () => run('node', ['code.mjs'], options),
  };
  return (await commands[language]?.())?.stdout;
}

describe.each(CALLS)('the code for %s', (_, call) => {
  test.each(['curl', 'JavaScript', ...(hasRequests ? ['Python'] : [])])(
    'in %s takes the key from the environment and shows it, where one is needed',
    async (language) => {
      const codeOf = (needsKey: boolean) =>
        snippetsOf(call, { base, needsKey }).find((snippet) => snippet.language === language)?.code ?? '';

      expect(await runCode(language, codeOf(true))).toContain("Bearer it's $a key");
      expect(await runCode(language, codeOf(false))).toMatch(/null|None/);
    },
  );

  test('never has a key itself in it', () => {
    const codes = snippetsOf(call, { base, needsKey: true }).map(({ code }) => code);

    expect(codes.every((code) => code.includes('API_KEY'))).toBe(true);
  });
});
