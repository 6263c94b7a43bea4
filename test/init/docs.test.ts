import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectPath } from '../../training/project-path';
import { describeWithExporters, PYTHON } from './exported';

const run = promisify(execFile);

describeWithExporters('the example of docs/models.md', () => {
  test('runs as it is, and prints what is shown', async () => {
    const text = await readFile(projectPath('docs/models.md'), 'utf8');
    const [, script = ''] = /```python\n([\s\S]*?)```/.exec(text) ?? [];
    const [, command = ''] = /npx onnx-functions (init .*)/.exec(text) ?? [];
    const [, shown = ''] = /```\n(repaired [\s\S]*?)```/.exec(text) ?? [];
    const cwd = await mkdtemp(join(tmpdir(), 'docs-'));

    await run(PYTHON, ['-c', script], { cwd });
    const { stdout } = await run(projectPath('dist/cli.js'), command.split(' '), { cwd });
    await rm(cwd, { recursive: true });

    const lines = shown.trimEnd().split('\n');
    const printed = stdout.trimEnd().split('\n');
    // What is left out is shown by an ellipsis.
    expect(printed.map((line, at) => line.startsWith((lines[at] ?? '').split('…')[0] ?? ''))).toEqual(
      lines.map(() => true),
    );
  });

  test('runs with columns of text too, and names what they may hold', async () => {
    const text = await readFile(projectPath('docs/models.md'), 'utf8');
    const [, script = ''] =
      [...text.matchAll(/```python\n([\s\S]*?)```/g)].find(([block]) => block.includes('OneHotEncoder')) ??
      [];
    const [, command = ''] = /npx onnx-functions (init churn.*)/.exec(text) ?? [];
    const cwd = await mkdtemp(join(tmpdir(), 'docs-'));

    await run(PYTHON, ['-c', script], { cwd });
    const { stdout } = await run(projectPath('dist/cli.js'), [...command.split(' '), '--json'], { cwd });
    await rm(cwd, { recursive: true });

    const { manifest } = JSON.parse(stdout) as { manifest: unknown };
    expect(manifest).toMatchObject({
      features: [{ name: 'plan', categories: ['basic', 'pro', 'team'] }, { name: 'age' }, { name: 'spend' }],
      classes: ['no', 'yes'],
    });
  });
});
