import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../training/manifest';
import { projectPath } from '../../training/project-path';
import { pythonEnvironment } from '../python';

const environment = pythonEnvironment('init', 'test/init/install.sh');

/** The environment's Python; test/init/install.sh makes it. */
export const PYTHON = environment.python;

/** `describe` for suites that need exporters of Python: skipped, with the reason printed, where they are not there. */
export const describeWithExporters = environment.describe;

/** A tensor as Python writes it. */
export interface WrittenTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: readonly (number | string)[];
}

/** What Python gave for one output; of ZipMap the scores, and the labels that they had. */
export type WrittenOutput =
  | (WrittenTensor & { readonly classes?: readonly string[] })
  | { readonly sequence: readonly WrittenTensor[] };

/** Inputs of a thousand rows, and what ONNX Runtime in Python gives for them with the file as it was exported. */
export interface Answers {
  readonly inputs: Readonly<Record<string, WrittenTensor>>;
  readonly outputs: Readonly<Record<string, WrittenOutput>>;
}

const FOLDER = projectPath('.cache/init/models');

/** Exports every model of export.py, unless that was done already. */
export async function exportModels(): Promise<void> {
  const script = projectPath('test/init/export.py');
  const hash = sha256(await readFile(script));
  const done = join(FOLDER, 'exported');
  if ((await readFile(done, 'utf8').catch(() => '')) === hash) return;
  const env = { ...process.env, LOCPATH: projectPath('.cache/python/init/locale') };
  await promisify(execFile)(environment.python, [script, FOLDER], { env });
  await writeFile(done, hash);
}

/** The path of an exported file. */
export function exportedFile(name: string): string {
  return join(FOLDER, `${name}.onnx`);
}

/** What Python answers with it. */
export async function answersOf(name: string): Promise<Answers> {
  return JSON.parse(await readFile(join(FOLDER, `${name}.json`), 'utf8')) as Answers;
}
