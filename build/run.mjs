// Runs one TypeScript program of this project: node build/run.mjs training/train.ts [arguments]
import { spawn } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) throw new Error('usage: node build/run.mjs ENTRY.ts [arguments]');

const outfile = join(root, '.cache/programs', `${basename(entry, '.ts')}.js`);
await bundleProgram(resolve(entry), outfile);
const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...args], { stdio: 'inherit' });
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
