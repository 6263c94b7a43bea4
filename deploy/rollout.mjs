#!/usr/bin/env node
// Brings a new image of the container service to its users step by step. `deploy/rollout.mjs --help` says how.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const USAGE = `Usage: deploy/rollout.mjs COMMAND [OPTION...]

Commands, in the order of a rollout of a Cloud Run service that is there already:
  candidate IMAGE   makes a revision without traffic, and prints its address
  canary            gives it a part of the traffic and watches its errors; takes the part back
                    if too many of its answers are 5xx or too few came to tell
  promote           gives it all of the traffic
  rollback          takes all of its traffic back

Options:
  --service=NAME        the service                                       [server]
  --percent=N           the canary's part of the traffic                  [10]
  --minutes=N           how long it is watched                            [10]
  --max-errors=RATIO    most 5xx among its answers                        [0.05]
  --min-requests=N      fewest answers that tell anything                 [20]
  --help                print this

PROJECT and REGION name where. The errors are those that Cloud Monitoring counts; the account needs
roles/run.developer on the service and roles/monitoring.viewer.`;

/** Revisions that are tried out have this tag, and an address of their own by it. */
const TAG = 'candidate';

class Failure extends Error {}

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
      help: { type: 'boolean' },
    },
  });
  const [command, image] = positionals;
  if (values.help) return console.log(USAGE);
  const settings = readSettings(values);
  if (command === 'candidate') return candidate(settings, image);
  if (command === 'canary') return await canary(settings);
  if (command === 'promote') return promote(settings);
  if (command === 'rollback') return rollback(settings);
  throw new Failure(`expected candidate, canary, promote or rollback, got ${command}; see --help`);
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

function candidate({ service, at }, image) {
  if (!image) throw new Failure('candidate: expected an image; see --help');
  gcloud(['run', 'deploy', service, ...at, `--image=${image}`, '--no-traffic', `--tag=${TAG}`]);
  console.log(readTraffic({ service, at }).candidate.url);
}

async function canary(settings) {
  const { percent, minutes } = settings;
  const { candidate: tried } = readTraffic(settings);
  shift(settings, [`--to-tags=${TAG}=${percent}`]);
  say(`${tried.revisionName} has ${percent} % of the traffic`);
  try {
    await watch(settings, tried.revisionName);
  } catch (error) {
    rollback(settings);
    throw error;
  }
  say(`${tried.revisionName} did well for ${minutes} minutes`);
}

/** Looks once a minute, so that a bad revision is gone before the time is up. */
async function watch(settings, revision) {
  const { minutes, maxErrors, minRequests } = settings;
  for (let minute = 0; ; minute++) {
    const { requests, errors } = await countAnswers(settings, revision);
    say(`after ${minute} min: ${errors} of ${requests} answers of ${revision} are 5xx`);
    if (requests >= minRequests && requests > 0 && errors / requests > maxErrors) {
      throw new Failure(`${revision}: ${errors} of ${requests} answers are 5xx, more than ${maxErrors}`);
    }
    if (minute >= minutes) {
      if (requests >= minRequests) return;
      throw new Failure(`${revision}: ${requests} answers tell nothing, expected ${minRequests} at least`);
    }
    await sleep(60_000);
  }
}

/** What a revision has answered, as Cloud Monitoring counts it: some minutes late, and whole within the hour. */
async function countAnswers({ project, service }, revision) {
  const { MONITORING_API = 'https://monitoring.googleapis.com', ACCESS_TOKEN } = process.env;
  const token = ACCESS_TOKEN || gcloud(['auth', 'print-access-token']).trim();
  const labels = `monitored_resource="cloud_run_revision", service_name="${service}", revision_name="${revision}"`;
  const query = `sum by (response_code_class) (increase(run_googleapis_com:request_count{${labels}}[1h]))`;
  const url = `${MONITORING_API}/v1/projects/${project}/location/global/prometheus/api/v1/query`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ query }),
    signal: AbortSignal.timeout(30_000),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Failure(`${url}: expected status 200, got ${answer.status}: ${body}`);
  const series = JSON.parse(body).data.result;
  const count = (wanted) =>
    Math.round(series.filter(wanted).reduce((sum, { value }) => sum + Number(value[1]), 0));
  return {
    requests: count(() => true),
    errors: count(({ metric }) => metric.response_code_class === '5xx'),
  };
}

function promote(settings) {
  const { candidate: tried } = readTraffic(settings);
  shift(settings, [`--to-revisions=${tried.revisionName}=100`]);
  say(`${tried.revisionName} has all of the traffic`);
}

function rollback(settings) {
  const { candidate: tried, others } = readTraffic(settings);
  const [best] = others.sort((a, b) => b.percent - a.percent);
  if (best === undefined)
    throw new Failure(`${tried.revisionName} has all of the traffic: name another revision by hand`);
  shift(settings, [`--to-revisions=${best.revisionName}=100`]);
  say(`${best.revisionName} has all of the traffic again`);
}

function shift({ service, at }, flags) {
  gcloud(['run', 'services', 'update-traffic', service, ...at, ...flags]);
}

/** The revision that is tried out, and those others that have traffic. */
function readTraffic({ service, at }) {
  const described = gcloud(['run', 'services', 'describe', service, ...at, '--format=json']);
  const traffic = JSON.parse(described).status.traffic ?? [];
  const tried = traffic.find(({ tag }) => tag === TAG);
  if (tried === undefined)
    throw new Failure(`${service}: no revision is tagged ${TAG}; begin with: rollout.mjs candidate IMAGE`);
  const others = traffic.filter(
    ({ percent, revisionName }) => percent > 0 && revisionName !== tried.revisionName,
  );
  return { candidate: tried, others };
}

function gcloud(args) {
  const { status, stdout, error } = spawnSync('gcloud', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw new Failure(`gcloud: ${error.message}`);
  if (status !== 0) throw new Failure(`gcloud ${args.slice(0, 3).join(' ')} ended with ${status}`);
  return stdout;
}

/** Standard output is for what the next step reads. */
function say(text) {
  console.error(text);
}
