// Watches how a revision of a Cloud Run service answers, by what Cloud Monitoring counts.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './gcloud.mjs';

/**
 * Returns when a revision did well for the whole time. It looks once a minute, so that a bad revision is told before the
 * time is up.
 *
 * @param readToken gives an access token that may read the project's monitoring.
 * @throws {Failure} if too many answers were errors, too few came to tell, or the counts cannot be read: what nobody can
 * see is not well.
 */
export async function watch(
  { project, service, minutes, maxErrors, minRequests },
  revision,
  { readToken, say, signal },
) {
  for (let minute = 0; ; minute++) {
    const { requests, errors } = await countAnswers({ project, service, revision, token: readToken() });
    say(`after ${minute} min: ${errors} of ${requests} answers of ${revision} are 5xx`);
    if (requests >= minRequests && requests > 0 && errors / requests > maxErrors) {
      throw new Failure(`${revision}: ${errors} of ${requests} answers are 5xx, more than ${maxErrors}`);
    }
    if (minute >= minutes) {
      if (requests >= minRequests) return;
      throw new Failure(`${revision}: ${requests} answers tell nothing, expected ${minRequests} at least`);
    }
    await sleep(60_000, undefined, { signal });
  }
}

/** What a revision has answered: Cloud Monitoring knows it some minutes late, and whole within the hour. */
async function countAnswers({ project, service, revision, token }) {
  const { MONITORING_API = 'https://monitoring.googleapis.com' } = process.env;
  const labels = `monitored_resource="cloud_run_revision", service_name="${service}", revision_name="${revision}", response_code!="501"`;
  // With 501 a part of a protocol is declined that was asked for: no revision is worse for it.
  const query = `sum by (response_code_class) (increase(run_googleapis_com:request_count{${labels}}[1h]))`;
  const url = `${MONITORING_API}/v1/projects/${project}/location/global/prometheus/api/v1/query`;
  const series = readSeries(url, await post(url, token, { query }));
  const count = (wanted) =>
    Math.round(series.filter(wanted).reduce((sum, { value }) => sum + Number(value[1]), 0));
  return {
    requests: count(() => true),
    errors: count(({ metric }) => metric.response_code_class === '5xx'),
  };
}

async function post(url, token, form) {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: await answer.text() };
  } catch (error) {
    throw new Failure(`${url}: ${error.cause?.message || error.cause?.code || error.message}`);
  }
}

function readSeries(url, { status, body }) {
  if (status !== 200) throw new Failure(`${url}: expected status 200, got ${status}: ${body}`);
  try {
    const { result } = JSON.parse(body).data;
    if (Array.isArray(result)) return result;
  } catch {
    // Said below, with what came.
  }
  throw new Failure(`${url}: expected the result of a query, got ${body.slice(0, 500)}`);
}
