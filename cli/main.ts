// The command line of the package: onnx-functions COMMAND [ARGUMENTS]. `onnx-functions --help` lists the commands.
import { hostname, userInfo } from 'node:os';
import { runCommandLine } from './command-line';

void runCommandLine(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isInteractive: process.stderr.isTTY === true,
  user: `${userName()}@${hostname()}`,
  now: Date.now,
}).then((code) => {
  process.exitCode = code;
});

/** A container may run under a number that nobody has given a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
