import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describeWithGcloud } from './gcloud';
import { ROOT } from './script';

// Each command's help is a Python process.
jest.setTimeout(120_000);

describeWithGcloud('the commands of deploy/README.md for Vertex AI', () => {
  test.each([
    ['models upload'],
    ['endpoints create'],
    ['endpoints deploy-model'],
    ['endpoints predict'],
    ['endpoints raw-predict'],
  ])('%s has the flags that it is used with', (command) => {
    const flags = flagsInReadme(command);

    expect(flags).toContain('--region');
    const help = helpOf(command);
    expect(flags.filter((flag) => !help.includes(`${flag}=`))).toEqual([]);
  });
});

/** No script runs these commands, so only their spelling can be checked. */
function flagsInReadme(command: string): string[] {
  const readme = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8').replaceAll('\\\n', '');
  const lines = readme.split('\n').filter((line) => line.startsWith(`gcloud ai ${command} `));
  return lines.flatMap((line) => line.match(/--[a-z][a-z-]*/g) ?? []);
}

function helpOf(command: string): string {
  const { stdout } = spawnSync('gcloud', ['ai', ...command.split(' '), '--help'], { encoding: 'utf8' });
  // It underlines even where no terminal shows it.
  return stripVTControlCharacters(stdout);
}
