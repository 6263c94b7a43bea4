// Prints the CREATE FUNCTION statement of a deployed model, ready to be run:
//
//   node deploy/create-function.mjs MODEL_INFO_URL --endpoint=URL --dataset=PROJECT.DATASET --connection=PROJECT.LOCATION.ID
//
// The statement is that of model-info; only what a function cannot know of the project around it is filled in here.
import { parseArgs } from 'node:util';
import { credentialsFor } from './credentials.mjs';

/** An instance that has to start first answers within this time, or something is wrong. */
const TIMEOUT_MS = 60_000;

class Failure extends Error {}

try {
  const { url, names } = readArguments();
  process.stdout.write(fillIn(await readStatement(url), names));
} catch (error) {
  const isExpected = error instanceof Failure || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
}

function readArguments() {
  const text = { type: 'string' };
  const options = { endpoint: text, dataset: text, connection: text };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const missing = Object.keys(options).find((name) => !values[name]);
  expectThat(missing === undefined, `expected --${missing}=...`);
  const [url = ''] = positionals;
  expectThat(positionals.length === 1 && URL.canParse(url), `expected the URL of model-info, got ${url}`);
  return { url, names: values };
}

async function readStatement(url) {
  const { status, text } = await get(url);
  expectThat(
    status !== 401 && status !== 403,
    `${url}: ${status}, not allowed to call: see deploy/README.md`,
  );
  expectThat(status === 200, `${url}: expected status 200, got ${status}: ${text.slice(0, 500)}`);
  const statement = parse(url, text).bigquery?.create_function;
  // A model of images or of bare tensors has no columns that SQL could give it.
  expectThat(typeof statement === 'string', `${url}: this model has no CREATE FUNCTION statement`);
  return statement;
}

async function get(url) {
  try {
    // A redirect is never an answer of ours, and following it could take the token elsewhere.
    const safely = { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) };
    const response = await fetch(url, { headers: credentialsFor(url), ...safely });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Failure(`${url}: ${error.cause?.message || error.cause?.code || error.message}`);
  }
}

function parse(url, text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${url}: expected JSON, got ${text.slice(0, 500)}`);
  }
}

/** Each place is looked for as it is written: one that is not there would leave a name in capitals to BigQuery. */
function fillIn(statement, { endpoint, dataset, connection }) {
  const places = [
    [/^(CREATE OR REPLACE FUNCTION )`PROJECT\.DATASET`/, `\`${dataset}\``],
    [/^(REMOTE WITH CONNECTION )`PROJECT\.LOCATION\.CONNECTION`/m, `\`${connection}\``],
    [/^( *endpoint = )"[^"\n]*"/m, `"${endpoint}"`],
  ];
  return places.reduce((text, [place, value]) => {
    expectThat(place.test(text), `expected ${place} in the statement of model-info, got\n${text}`);
    return text.replace(place, (_, before) => before + value);
  }, statement);
}

function expectThat(condition, message) {
  if (!condition) throw new Failure(message);
}
