import { stdin } from 'node:process';
import type { AddCommand } from '../command';
import { EXIT_CODES, UsageError } from '../exit-code';
import { addLogOptions, type LogOptions } from '../log-options';
import { parseModelOrVersion } from '../version-name';

interface Options extends LogOptions {
  readonly truth: string;
}

/** Compares logged predictions with what turned out to be true. */
export const addEvaluate: AddCommand = (program, { terminal, globals, action }) => {
  const command = program
    .command('evaluate')
    .description('compare logged predictions with what turned out to be true, and versions with each other')
    .argument('<model[/version]>')
    .argument('<log...>', 'files, folders, gs:// addresses, or - for standard input')
    .requiredOption('--truth <file>', 'CSV or NDJSON of request_id and label; row too for batches');
  addLogOptions(command)
    .addHelpText('after', EXAMPLE)
    .action(
      action(async (name: string, log: readonly string[], options: Options) => {
        if (options.truth === '-' && log.includes('-')) {
          throw new UsageError('expected standard input to be the log or the truth, got both');
        }
        const { openLog } = await import('../open-log');
        const { evaluate } = await import('../evaluation/evaluate');
        const { writeEvaluationText } = await import('../evaluation/report');
        const { loadSpecialFunctions } = await import('../statistics/special-functions');
        await loadSpecialFunctions();
        const { model, version } = parseModelOrVersion(name);
        const { entries, counts, manifestOf, openTruth } = await openLog(log, {
          ...{ model, version, options, env: terminal.env },
          ...{ registry: globals().registry, stdin, now: Date.now() },
        });
        const truth = await openTruth(options.truth);
        const evaluation = await evaluate({ entries, truth, manifestOf });
        return {
          json: { model, ...evaluation, log: counts },
          lines: writeEvaluationText(model, evaluation, counts),
          exitCode: evaluation.joined === 0 ? EXIT_CODES.failed : EXIT_CODES.ok,
        };
      }),
    );
};

const EXAMPLE = `
Example:
  onnx-functions evaluate iris gs://my-logs/run.googleapis.com/stdout --since 7d --truth labels.csv`;
