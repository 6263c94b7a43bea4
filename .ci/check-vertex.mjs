// Checks a container that was started as Vertex AI starts one, from inside its network: node .ci/check-vertex.mjs PID
// PID is that of the server, as this machine sees it. The check ends by asking it to stop.
// What Vertex AI asks of a container: https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements
import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

const ROUTE = 'http://127.0.0.1:8090/v1/endpoints/7/deployedModels/9';
const SETOSA = [5.1, 3.5, 1.4, 0.2];
const VIRGINICA = [6.2, 3.4, 5.4, 2.3];

const pid = Number(process.argv[2]);
assert(pid > 1, 'usage: node .ci/check-vertex.mjs PID');

await check('its health route becomes 200, and is nothing but 503 before', untilHealthy);
await check('its predict route answers each instance', predicts);
await check('a bad instance fails the request, in words that Vertex AI passes on', refuses);
await check('a raw prediction is answered in its own protocol', predictsRaw);
process.kill(pid, 'SIGTERM');

async function check(fact, prove) {
  await prove();
  console.log(`ok: vertex: ${fact}`);
}

async function untilHealthy() {
  for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; await sleep(50)) {
    const answer = await fetch(ROUTE, { redirect: 'manual' }).catch(() => undefined);
    if (answer?.status === 200) return;
    assert([undefined, 503].includes(answer?.status), `health answered ${answer?.status}`);
  }
  throw new Error('it was not healthy within 20 s');
}

async function predicts() {
  const { status, body } = await post({ instances: [SETOSA, VIRGINICA, SETOSA] });
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), ['predictions']);
  const labels = body.predictions.map(({ prediction_label }) => prediction_label);
  assert.deepEqual(labels, ['setosa', 'virginica', 'setosa']);
}

async function refuses() {
  const { status, type, body } = await post({ instances: [SETOSA, [5.1, 3.5]] });
  assert.equal(status, 400);
  assert.equal(type, 'application/json');
  assert.equal(typeof body.error, 'string');
  assert(body.error.includes('/instances/1'), body.error);
  assert.equal(body.predictions, undefined);
}

async function predictsRaw() {
  const tensor = { name: 'X', shape: [2, 4], datatype: 'FP32', data: [...SETOSA, ...VIRGINICA] };
  const { status, body } = await post({ id: '42', inputs: [tensor] });
  assert.equal(status, 200);
  assert.equal(body.id, '42');
  assert.equal(body.model_name, 'iris');
  const label = body.outputs.find(({ name }) => name === 'label');
  assert.deepEqual(label, { name: 'label', datatype: 'INT64', shape: [2], data: [0, 2] });
}

async function post(request) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${ROUTE}:predict`, { method: 'POST', headers, body: JSON.stringify(request) });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}
