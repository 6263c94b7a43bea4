import { stdin } from 'node:process';
import type { AddCommand } from '../command';
import type { DriftReport } from '../drift/drift-report';
import { DEFAULT_THRESHOLDS, type Thresholds } from '../drift/thresholds';
import { judge, VERDICT_EXIT_CODES } from '../drift/verdict';
import { addLogOptions, type LogOptions, parsePositive, parseShare } from '../log-options';
import { parseOutputFile, writeOutputFile } from '../output-file';
import type { GlobalOptions, Terminal } from '../terminal';
import { parseModelOrVersion } from '../version-name';

interface Options extends LogOptions {
  readonly psi: number;
  readonly ks: number;
  readonly missing: number;
  readonly outOfRange: number;
  readonly alpha: number;
  readonly minRows: number;
  readonly html?: string;
}

/** Compares what the log says of live rows with what the model was trained on. */
export const addDrift: AddCommand = (program, { terminal, globals, action }) => {
  const command = program
    .command('drift')
    .description('compare logged predictions with the training data; exit code 2 says that there is drift')
    .argument('<model[/version]>')
    .argument('<log...>', 'files, folders, gs:// addresses, or - for standard input');
  const { psi, ks, missing, outside, alpha, minRows } = DEFAULT_THRESHOLDS;
  addLogOptions(command)
    .option('--psi <index>', 'population stability index that is drift', parsePositive, psi)
    .option('--ks <distance>', 'Kolmogorov-Smirnov distance that is drift', parseShare, ks)
    .option('--missing <share>', 'share of missing values beyond that of training', parseShare, missing)
    .option('--out-of-range <share>', 'share of values outside the range of training', parseShare, outside)
    .option('--alpha <probability>', 'probability of a false alarm about a version', parseShare, alpha)
    .option('--min-rows <count>', 'fewer rows are not compared', parsePositive, minRows)
    .option(
      '--html <file>',
      'also write a report with histograms, to a file or gs://bucket/name',
      parseOutputFile,
    )
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (name: string, log: readonly string[], options: Options) => {
        const report = await measure(name, log, { options, globals: globals(), terminal });
        const { writeDriftText } = await import('../drift/report');
        if (options.html !== undefined) {
          const { writeDriftHtml } = await import('../drift/report-html');
          const { env } = terminal;
          await writeOutputFile(options.html, writeDriftHtml(report), { env, contentType: HTML });
        }
        return { json: report, lines: writeDriftText(report), exitCode: VERDICT_EXIT_CODES[report.verdict] };
      }),
    );
};

const HTML = 'text/html; charset=utf-8';

const EXAMPLES = `
Exit codes: 0 no drift, or too few predictions to judge, or none; 2 drift; 1 cannot be judged: no such model, no
baseline, a log that cannot be read, or what kept the command from its work; 4 there is no log at one of the places;
64 the command was called wrongly.

Examples:
  onnx-functions drift iris gs://my-logs/run.googleapis.com/stdout --since 24h --html drift.html
  gcloud logging read 'jsonPayload.model="iris"' --format=json | onnx-functions drift iris -`;

interface Parts {
  readonly options: Options;
  readonly globals: GlobalOptions;
  readonly terminal: Terminal;
}

async function measure(
  name: string,
  log: readonly string[],
  { options, globals, terminal }: Parts,
): Promise<DriftReport> {
  const { openLog } = await import('../open-log');
  const { measureDrift } = await import('../drift/measure-drift');
  const { loadSpecialFunctions } = await import('../statistics/special-functions');
  await loadSpecialFunctions();
  const { model, version } = parseModelOrVersion(name);
  const { entries, counts, window, manifestOf, hasModel } = await openLog(log, {
    ...{ model, version, options, env: terminal.env },
    ...{ registry: globals.registry, stdin, now: Date.now() },
  });
  const thresholds = thresholdsOf(options);
  const versions = await measureDrift(entries, manifestOf, thresholds);
  const isUnknown = versions.length === 0 && !(await hasModel());
  const verdict = judge({ isUnknown, log: counts, versions });
  const rows = versions.reduce((sum, each) => sum + each.rows, 0);
  return { model, version, verdict, rows, isUnknown, window, thresholds, log: counts, versions };
}

function thresholdsOf({ psi, ks, missing, outOfRange, alpha, minRows }: Options): Thresholds {
  return { psi, ks, missing, outside: outOfRange, alpha, minRows };
}
