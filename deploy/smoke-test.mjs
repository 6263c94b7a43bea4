// The program behind smoke-test.sh: calls a function as a client would and checks its answers.
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { credentialsFor } from './credentials.mjs';

const USAGE = `Usage: deploy/smoke-test.sh URL [--function predict|predict-batch|model-info]

Calls the function at URL and checks its answers. URL is that of "serve", whose paths are all tried,
or with --function that of one function. It needs no data: a function that is sent an empty row
refuses it with an example, and that is sent next.

A private function needs an identity token: the variable TOKEN or, for addresses of run.app and
cloudfunctions.net, what \`gcloud auth print-identity-token\` prints. One that asks for API keys
(ACCESS=keys) needs a key: the variable API_KEY.`;

/** An instance that has to start first answers within this time, or something is wrong. */
const TIMEOUT_MS = 60_000;

const CHECKS = {
  'model-info': { path: '/model-info', check: checkModelInfo },
  predict: { path: '/predict', check: checkPredict },
  'predict-batch': { path: '/predict/batch', check: checkPredictBatch },
};

class Failure extends Error {}

try {
  const { url, name } = readArguments();
  const call = createCaller(url);
  await (name === undefined ? checkServe(url, call) : report(name, url, call));
} catch (error) {
  const isExpected = error instanceof Failure || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isExpected ? `FAILED  ${error.message}` : error);
  process.exitCode = 1;
}

function readArguments() {
  const options = { function: { type: 'string' }, help: { type: 'boolean' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(USAGE);
    process.exit();
  }
  const [url = ''] = positionals;
  expectThat(positionals.length === 1 && URL.canParse(url), `expected one URL\n\n${USAGE}`);
  const { function: name } = values;
  const names = Object.keys(CHECKS);
  expectThat(
    name === undefined || names.includes(name),
    `--function: expected one of ${names.join(', ')}, got ${name}`,
  );
  return { url: url.replace(/\/+$/, ''), name };
}

/** Tries every path, and that all of them speak of the same model. */
async function checkServe(url, call) {
  await call.get(`${url}/health`);
  const models = [];
  for (const [name, { path }] of Object.entries(CHECKS)) models.push(await report(name, url + path, call));
  expectThat(new Set(models).size === 1, `the functions serve different models: ${models.join(', ')}`);
}

async function report(name, url, call) {
  const start = performance.now();
  const { model, summary } = await CHECKS[name].check(url, call);
  console.log(`ok  ${name}: ${model}, ${summary} (${Math.round(performance.now() - start)} ms)`);
  return model;
}

async function checkModelInfo(url, call) {
  const { name, version, task, features } = await call.get(url);
  if (task === 'tensors')
    throw new Error(
      `${url}: this script knows rows, and ${name} is a model of tensors: see docs/protocols.md`,
    );
  expectThat(Array.isArray(features) && features.length > 0, `${url}: expected "features" to list some`);
  return { model: nameModel(url, name, version), summary: `${features.length} features` };
}

async function checkPredict(url, call) {
  const { example } = await call.post(url, {}, 422);
  expectThat(example !== undefined, `${url}: expected the refusal to hold an example`);
  const answer = await call.post(url, example);
  checkPrediction(url, answer);
  return { model: nameModel(url, answer.model_name, answer.model_version), summary: describe(answer) };
}

async function checkPredictBatch(url, call) {
  const { example } = await call.post(url, { instances: [{}] }, 422);
  const row = example?.instances?.[0];
  expectThat(row !== undefined, `${url}: expected the refusal to hold an example`);
  const { predictions = [], model_name, model_version } = await call.post(url, { instances: [row, row] });
  expectThat(
    predictions.length === 2,
    `${url}: expected 2 predictions for 2 rows, got ${predictions.length}`,
  );
  for (const prediction of predictions) checkPrediction(url, prediction);
  expectThat(isDeepStrictEqual(...predictions), `${url}: expected equal predictions for equal rows`);
  return { model: nameModel(url, model_name, model_version), summary: `twice ${describe(predictions[0])}` };
}

function checkPrediction(url, { prediction, prediction_label: label, confidence, probabilities }) {
  expectThat(Number.isFinite(prediction), `${url}: expected "prediction" to be a number, got ${prediction}`);
  if (probabilities === undefined) return;
  const sum = probabilities.reduce((total, value) => total + value, 0);
  expectThat(Math.abs(sum - 1) < 1e-3, `${url}: expected probabilities that sum to 1, got ${sum}`);
  expectThat(
    confidence === probabilities[prediction],
    `${url}: expected the confidence of class ${prediction}`,
  );
  expectThat(typeof label === 'string', `${url}: expected "prediction_label" to be a name, got ${label}`);
}

function describe({ prediction, prediction_label: label, confidence }) {
  return label === undefined ? String(prediction) : `${label} at ${confidence.toFixed(4)}`;
}

function nameModel(url, name, version) {
  expectThat(name !== undefined && version !== undefined, `${url}: expected the model's name and version`);
  return `${name} ${version}`;
}

/** Calls as whom `url` asks for; both methods give the body of an answer with the right status. */
function createCaller(url) {
  const credentials = credentialsFor(url);
  return {
    get: (address) => call(address, { headers: credentials }, 200),
    post(address, body, status = 200) {
      const headers = { ...credentials, 'content-type': 'application/json' };
      return call(address, { method: 'POST', headers, body: JSON.stringify(body) }, status);
    },
  };
}

async function call(url, request, expected) {
  const { status, text } = await send(url, request);
  expectThat(
    status !== 401 && status !== 403,
    `${url}: ${status}, not allowed to call: see deploy/README.md`,
  );
  expectThat(
    status === expected,
    `${url}: expected status ${expected}, got ${status}: ${text.slice(0, 500)}`,
  );
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${url}: expected JSON, got ${text.slice(0, 500)}`);
  }
}

async function send(url, request) {
  try {
    // A redirect is never an answer of ours, and following it could take the token elsewhere.
    const safely = { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) };
    const response = await fetch(url, { ...request, ...safely });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Failure(`${url}: ${error.cause?.message || error.cause?.code || error.message}`);
  }
}

function expectThat(condition, message) {
  if (!condition) throw new Failure(message);
}
