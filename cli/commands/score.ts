import type { TaskResult } from '../../shared/serving/bulk/run-task';
import type { AddCommand } from '../command';
import { EXIT_CODES } from '../exit-code';
import { readScoreRun, type ScoreOptions, type ScoreRun } from '../score-options';
import { count, countRows } from '../score-progress';
import type { CommandResult } from '../terminal';

/** Scores the files below a folder or a prefix, alone or as one of the tasks of a Cloud Run job. */
export const addScore: AddCommand = (program, { terminal, globals, action }) => {
  program
    .command('score')
    .description('score every CSV and NDJSON file below a folder or gs://bucket/prefix, each once')
    .argument('<input>', 'folder or gs://bucket/prefix with the files')
    .requiredOption('--output <uri>', 'folder or gs://bucket/prefix for the predictions')
    .option(
      '--model <name[/version]>',
      'which model, and version or alias; else MODEL_NAME and MODEL_VERSION say',
    )
    .option('--run <name>', 'what all tasks of a run call it; else CLOUD_RUN_EXECUTION says')
    .option('--parallel <files>', 'most files at the same time', '4')
    .addHelpText('after', HELP)
    .action(
      action(async (input: string, options: ScoreOptions) => {
        const run = readScoreRun(input, options, terminal);
        const { scoreFiles } = await import('../score-files');
        return describe(run, await scoreFiles(run, { terminal, registry: globals().registry }));
      }),
    );
};

const HELP = `
It ends with ${EXIT_CODES.found} when files cannot be scored, which the summary names, and with ${EXIT_CODES.failed} when files are left for another
attempt. CLOUD_RUN_TASK_INDEX and CLOUD_RUN_TASK_COUNT, as Cloud Run sets them, say which share of the files to take.

Example:
  onnx-functions score gs://files/input --output gs://files/predictions --model iris --registry gs://models`;

function describe({ run, task }: ScoreRun, { report, summary }: TaskResult): CommandResult {
  const { files, scored, failed, failures } = summary ?? report;
  const whole = summary === undefined ? `task ${task.index} of ${task.count}` : `run ${run}`;
  return {
    json: { run, task: report, summary: summary ?? null },
    lines: [
      `${whole} is done: ${count(files, 'file')}, ${scored} scored (${countRows(summary ?? report)}), ${failed} not`,
      ...failures.map(({ name, detail }) => `  ${name}: ${detail}`),
      ...(summary === undefined ? [`run ${run} goes on: other tasks have not finished`] : []),
    ],
    exitCode: failed > 0 ? EXIT_CODES.found : EXIT_CODES.ok,
  };
}
