#!/usr/bin/env node
// Brings a new image of the container service to its users step by step. `deploy/rollout.mjs --help` says how.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { watch } from './canary.mjs';
import { Failure, gcloud } from './gcloud.mjs';
import { findCandidate, mostTraffic, readTraffic, shift, TAG } from './traffic.mjs';

const USAGE = `Usage: deploy/rollout.mjs COMMAND [OPTION...]

Commands for a Cloud Run service that is there already:
  deliver IMAGE     all of the following: a candidate, its smoke test, the canary, the promotion.
                    What fails or is interrupted on the way leaves the traffic where it was
  candidate IMAGE   makes a revision without traffic, and prints its address
  canary            gives it a part of the traffic and watches its errors; takes the part back
                    if too many of its answers are 5xx, too few came to tell, or nobody can tell
  promote           gives it all of the traffic
  rollback          takes all of its traffic back

Options:
  --service=NAME        the service                                       [server]
  --percent=N           the canary's part of the traffic                  [10]
  --minutes=N           how long it is watched                            [10]
  --max-errors=RATIO    most 5xx among its answers                        [0.05]
  --min-requests=N      fewest answers that tell anything                 [20]
  --no-canary           deliver: to all at once, as where nobody calls
  --help                print this

PROJECT and REGION name where. The errors are those that Cloud Monitoring counts; the account needs
roles/run.developer on the service and roles/monitoring.viewer. The smoke test of "deliver" takes TOKEN
and API_KEY from the environment, or the key from the secret of PROJECT that API_KEY_SECRET names, which
takes roles/secretmanager.secretAccessor.`;

try {
  await main();
} catch (error) {
  const isExpected = error instanceof Failure || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
}

async function main() {
  const text = (value) => ({ type: 'string', default: value });
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      service: text('server'),
      percent: text('10'),
      minutes: text('10'),
      'max-errors': text('0.05'),
      'min-requests': text('20'),
      'no-canary': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [command, image] = positionals;
  if (values.help) return console.log(USAGE);
  const settings = readSettings(values);
  if (command === 'deliver') return await deliver(settings, image, { hasCanary: !values['no-canary'] });
  if (command === 'candidate') return console.log(makeCandidate(settings, image).url);
  if (command === 'canary') return await canary(settings);
  if (command === 'promote') return promote(settings);
  if (command === 'rollback') return rollback(settings);
  throw new Failure(`expected deliver, candidate, canary, promote or rollback, got ${command}; see --help`);
}

function readSettings(values) {
  const { PROJECT, REGION } = process.env;
  if (!PROJECT || !REGION) throw new Failure('PROJECT and REGION must say where the service is; see --help');
  return {
    service: values.service,
    at: [`--project=${PROJECT}`, `--region=${REGION}`, '--quiet'],
    project: PROJECT,
    percent: readNumber(values, 'percent', 1, 99),
    minutes: readNumber(values, 'minutes', 0, 1_440),
    maxErrors: readNumber(values, 'max-errors', 0, 1),
    minRequests: readNumber(values, 'min-requests', 0, Number.MAX_SAFE_INTEGER),
  };
}

function readNumber(values, name, least, most) {
  const number = Number(values[name]);
  if (number >= least && number <= most) return number;
  throw new Failure(`--${name}: expected a number from ${least} to ${most}, got ${values[name]}`);
}

async function deliver(settings, image, { hasCanary }) {
  const tried = makeCandidate(settings, image);
  smokeTest(settings, tried.url);
  await orTakeBack(settings, tried, async (signal) => {
    if (hasCanary) await tryWithSome(settings, tried, signal);
    signal.throwIfAborted();
    promote(settings, tried);
  });
}

function makeCandidate(settings, image) {
  if (!image) throw new Failure('expected an image; see --help');
  refuseSecondRollout(settings);
  const flags = [`--image=${image}`, '--no-traffic', `--tag=${TAG}`];
  gcloud(['run', 'deploy', settings.service, ...settings.at, ...flags]);
  return findCandidate(settings);
}

/** A canary that another rollout watches, or that one which was cut short left behind, must not become two. */
function refuseSecondRollout(settings) {
  const parts = Object.entries(readTraffic(settings).percents);
  if (parts.length < 2) return;
  const split = parts.map(([revision, percent]) => `${revision} has ${percent} %`).join(', ');
  throw new Failure(
    `${settings.service}: ${split}: another rollout is under way; where one was cut short, first: rollout.mjs rollback`,
  );
}

function smokeTest(settings, url) {
  const program = fileURLToPath(new URL('smoke-test.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [program, url], {
    env: { ...process.env, API_KEY: readKey(settings) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Failure(`${url}: the smoke test ended with ${status}`);
}

function readKey({ project }) {
  const { API_KEY = '', API_KEY_SECRET } = process.env;
  if (API_KEY || !API_KEY_SECRET) return API_KEY;
  const flags = [`--project=${project}`, `--secret=${API_KEY_SECRET}`];
  return gcloud(['secrets', 'versions', 'access', 'latest', ...flags]).trim();
}

async function canary(settings) {
  const tried = findCandidate(settings);
  await orTakeBack(settings, tried, (signal) => tryWithSome(settings, tried, signal));
}

async function tryWithSome(settings, tried, signal) {
  const { percent, minutes } = settings;
  shift(settings, tried.revisionName, percent);
  say(`${tried.revisionName} has ${percent} % of the traffic`);
  await watch(settings, tried.revisionName, { readToken, say, signal });
  say(`${tried.revisionName} did well for ${minutes} minutes`);
}

/** A token lasts an hour, and a canary may be watched for longer. */
function readToken() {
  return process.env.ACCESS_TOKEN || gcloud(['auth', 'print-access-token']).trim();
}

/**
 * Takes the traffic of a revision back when `step` fails, and when somebody stops this program, as pipelines do that are
 * cancelled.
 */
async function orTakeBack(settings, tried, step) {
  const traffic = readTraffic(settings);
  refuseOther(tried, traffic.tried);
  const before = mostTraffic(traffic.percents, tried.revisionName);
  if (before === undefined) throw new Failure(`${tried.revisionName} has all of the traffic already`);
  const interruption = new AbortController();
  const interrupt = (name) => interruption.abort(new Failure(`interrupted by ${name}`));
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, interrupt);
  try {
    await step(interruption.signal);
  } catch (error) {
    takeBack(settings, tried, before);
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM']) process.off(name, interrupt);
  }
}

/** Why it is taken back is what the caller has to say; that it could not be is the first thing to know. */
function takeBack(settings, { revisionName }, before) {
  try {
    if (readTraffic(settings).percents[revisionName] === undefined) return;
    shift(settings, before, 100);
    say(`${before} has all of the traffic again`);
  } catch (error) {
    say(`${revisionName} MAY STILL HAVE TRAFFIC, give all to ${before}: ${error.message}`);
  }
}

function promote(settings, tried = findCandidate(settings)) {
  refuseOther(tried, findCandidate(settings));
  shift(settings, tried.revisionName, 100);
  say(`${tried.revisionName} has all of the traffic`);
}

function rollback(settings) {
  const { tried, percents } = readTraffic(settings);
  const before = mostTraffic(percents, tried?.revisionName);
  if (before === undefined)
    throw new Failure(`${tried.revisionName} has all of the traffic: name another revision by hand`);
  if (Object.keys(percents).length === 1)
    return say(`nothing to take back: ${before} has all of the traffic`);
  shift(settings, before, 100);
  say(`${before} has all of the traffic again`);
}

/** Another rollout moves the tag: what it tries was not tried here. */
function refuseOther(tried, now) {
  if (now?.revisionName === tried.revisionName) return;
  throw new Failure(`another rollout has begun: the candidate is ${now?.revisionName} now`);
}

/** Standard output is for what the next step reads. */
function say(text) {
  console.error(text);
}
