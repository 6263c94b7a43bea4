import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';

jest.setTimeout(120_000);

const DOCUMENT = readFileSync(projectPath('docs/rollout.md'), 'utf8');
const WALK = section('A canary, from publish to rollback');

describeWithEmulator('the walk of docs/rollout.md', () => {
  let emulator: GcsEmulator;
  let service: FunctionProcess;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    await emulator.createBucket('my-project-models');
    const env = {
      MODEL_REGISTRY: 'gs://my-project-models',
      GCS_API_ENDPOINT: emulator.endpoint,
      // It looks before every answer, so that nobody has to wait here.
      ROLLOUT_MAX_AGE_MS: '0',
      ROLLOUT_CHECK_MS: '0',
    };
    service = await startFunction({ target: 'serve', env });
  });

  afterAll(async () => {
    await service?.stop();
    await emulator?.stop();
  });

  test('prints what it says that it prints', async () => {
    const transcript = await replay(commandsOf(WALK), {
      GCS_API_ENDPOINT: emulator.endpoint,
      URL: service.url,
    });

    expect(mask(transcript)).toBe(mask([...consoleBlocks(WALK)].join('')));
  });
});

/** What is under a heading, up to the next of its level. */
function section(heading: string): string {
  return DOCUMENT.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
}

function consoleBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/```console\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

/** What follows a prompt, with the lines that go on with it. */
function commandsOf(markdown: string): readonly string[] {
  return consoleBlocks(markdown).flatMap((block) =>
    [...block.matchAll(/^\$ (.*(?:\n> .*)*)/gm)].map((match) => match[1] ?? ''),
  );
}

/** Types commands into one shell, and gives back what a terminal would show of them. */
async function replay(commands: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const shell = spawn('bash', ['-s'], {
    cwd: projectPath('.'),
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const typed = commands.map(
    (command) =>
      `echo ${quote(`$ ${command}`)}\n${command.includes('$URL') ? UNTIL_READY : ''}${command.replaceAll('\n> ', '\n')}\n`,
  );
  // npm's own link to the program, without npm.
  shell.stdin.end(
    `exec 2>&1\nnpx() { shift; ${quote(projectPath('dist/cli.js'))} "$@"; }\n${typed.join('')}`,
  );
  return text(shell.stdout);
}

/** It is started before there is a model, and looks again only a while after it found none. */
const UNTIL_READY = 'until curl -sf -m 5 "$URL/model-info" >/dev/null; do sleep 0.1; done\n';

function quote(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** What is another one each time: times, whoever runs the commands, ids of requests. */
function mask(transcript: string): string {
  return transcript
    .replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[\w.-]+@[\w.-]+/g, 'USER')
    .replace(/"request_id":"[^"]*"/g, '"request_id":"ID"');
}
