// The command line of the package: onnx-functions COMMAND [ARGUMENTS]. `onnx-functions --help` lists the commands.
import { runCommandLine } from './command-line';

void runCommandLine(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isInteractive: process.stderr.isTTY === true,
}).then((code) => {
  process.exitCode = code;
});
