import { readFile } from 'node:fs/promises';
import type { AddCommand } from '../command';
import { EXIT_CODES, UsageError } from '../exit-code';
import { type PredictRequest, readPrediction } from '../predict-request';
import { predictLocally, predictRemotely } from '../predict-sending';

interface Options {
  readonly data?: string;
  readonly file?: string;
  readonly url?: string;
  readonly header: readonly string[];
}

/** Asks a model for predictions: one of the registry, run here, or one that is served. */
export const addPredict: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('predict')
    .description('ask a model of the registry, run here, or one that is served at a URL')
    .argument('[model[/version]]', 'the model; its version or an alias (default: as it is routed)')
    .option('--data <json>', 'the body: {"features":[...]}, {"instances":[...]}, or just [5.1, ...]')
    .option('--file <path>', 'the body from a file: .json, .csv, .ndjson, or an image')
    .option('--url <url>', 'ask the function or server at this address')
    .option('--header <name:value>', 'a header for it; may be repeated', collect, [])
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (name: string | undefined, options: Options) => {
        const { url, header } = options;
        const request = await readRequest(name, options);
        const { status, text } =
          url === undefined
            ? await predictLocally(request, globals().registry, terminal)
            : await predictRemotely(request, url, header);
        const answer = parseAnswer(text);
        return { json: answer, lines: [text.trimEnd()], exitCode: exitCodeFor(status, answer) };
      }),
    );
};

const EXAMPLES = `
Examples:
  onnx-functions predict iris --data '[5.1, 3.5, 1.4, 0.2]'
  onnx-functions predict iris/staging --file rows.csv
  onnx-functions predict --url "$URL" --header "Authorization: Bearer $(gcloud auth print-identity-token)" --file three.png`;

async function readRequest(name: string | undefined, { data, file }: Options): Promise<PredictRequest> {
  const [model, version, ...rest] = name?.split('/') ?? [];
  if (rest.length > 0) throw new UsageError(`expected MODEL or MODEL/VERSION, got "${name}"`);
  const asked = { ...(model && { model }), ...(version && { version }) };
  if (file !== undefined && data === undefined) {
    return { ...asked, ...readPrediction(await readGiven(file), file) };
  }
  if (data !== undefined && file === undefined)
    return { ...asked, ...readPrediction(Buffer.from(data), '.json') };
  throw new UsageError('expected either --data or --file');
}

async function readGiven(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    // The file system throws nothing but errors.
    throw new UsageError(`--file: ${(error as Error).message}`);
  }
}

function exitCodeFor(status: number, answer: unknown): number {
  if (status < 400) return EXIT_CODES.ok;
  // A deployment whose model is missing is unavailable to its callers.
  const { reason } = (answer ?? {}) as { readonly reason?: unknown };
  return status === 404 || reason === 'object-not-found' ? EXIT_CODES.notFound : EXIT_CODES.failed;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** CSV and NDJSON are no JSON documents: they are given as one text. */
function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
