// Fills V8's compile cache beside this file by running the function once, framework included, the way the platform
// will. Cloud Functions runs it at the end of its build (`gcp-build` in package.json); deploy.sh sets
// NODE_COMPILE_CACHE to the same folder at run time.
//
// A cache is good for one version of Node, one user, one set of V8 flags and one absolute path; where any differs,
// Node compiles as it would without it. Node 20 has no such cache, and nothing happens.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { chmodSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { enableCompileCache } = require('node:module');

const folder = join(__dirname, '.compile-cache');
const PORT = '8099';
const URL = `http://127.0.0.1:${PORT}/predict`;
const LIMIT_MS = 20_000;

main();

async function main() {
  if (enableCompileCache === undefined) return console.log(`Node ${process.version} has no compile cache`);
  const [framework, ...args] = [join(__dirname, 'node_modules/.bin/functions-framework'), '--target=predict'];
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: folder,
    MODEL_NAME: 'iris',
    MODEL_REGISTRY: 'model-artifacts',
    PORT,
  };
  const child = spawn(process.execPath, [framework, ...args], { cwd: __dirname, env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const isFilled = await answers(Date.now() + LIMIT_MS);
  child.kill('SIGTERM');
  await exited;
  makeReadable(folder);
  // The function works without a cache, so a build does not fail for want of one.
  console.log(
    isFilled ? `compile cache filled for Node ${process.version}` : 'the compile cache could not be filled',
  );
}

/** One good and one bad request: together they load everything that the first requests of an instance need. */
async function answers(deadline) {
  for (const features of [[5.1, 3.5, 1.4, 0.2], []]) {
    while (!(await isAnswered({ features }))) {
      if (Date.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return true;
}

async function isAnswered(body) {
  try {
    const answer = await fetch(URL, { method: 'POST', body: JSON.stringify(body) });
    await answer.text();
    return answer.status === 200 || answer.status === 422;
  } catch {
    return false;
  }
}

/** Node writes the cache for its own user only; the one who runs the function may be another. */
function makeReadable(path) {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) makeReadable(inner);
    else chmodSync(inner, 0o644);
  }
}
