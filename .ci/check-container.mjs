// Checks a running container from inside its network: node .ci/check-container.mjs PID
// PID is that of the server, as this machine sees it. The check ends by asking it to stop.
import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const ORIGIN = 'http://127.0.0.1:8080';
const IRIS = Buffer.from('{"features":[5.1,3.5,1.4,0.2]}');
const JSON_TYPE = { 'content-type': 'application/json' };

const pid = Number(process.argv[2]);
assert(pid > 1, 'usage: node .ci/check-container.mjs PID');

await check('it answers its liveness probe', untilHealthy);
await check('it predicts', predict);
await check('it shows a browser the playground', showsPlayground);
await check('it does not run as root, and can gain no right', hasNoRights);
await check('nothing can be written', nothingIsWritable);
await check('a request in flight when SIGTERM comes is answered', answersWhileStopping);

async function check(fact, prove) {
  await prove();
  console.log(`ok: ${fact}`);
}

async function untilHealthy() {
  for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; await sleep(50)) {
    const answer = await fetch(`${ORIGIN}/health`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error('it did not answer within 20 s');
}

async function predict() {
  const answer = await fetch(`${ORIGIN}/predict`, { method: 'POST', headers: JSON_TYPE, body: IRIS });
  assert.equal(answer.status, 200);
  checkPrediction(await answer.json());
}

function checkPrediction({ prediction_label, confidence }) {
  assert.equal(prediction_label, 'setosa');
  // From scikit-learn 1.9's LogisticRegression on the same rows.
  assert(Math.abs(confidence - 0.9766) < 1e-4, `confidence ${confidence}`);
}

async function showsPlayground() {
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/assets/playground.js', 'text/javascript'],
  ]) {
    const answer = await fetch(ORIGIN + path, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type')?.split(';')[0], type);
  }
}

function hasNoRights() {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => status.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1];
  assert.deepEqual(new Set(field('Uid').split('\t')), new Set(['65532']));
  assert.equal(BigInt(`0x${field('CapEff')}`), 0n);
  assert.equal(field('NoNewPrivs'), '1');
}

/** Tried as the machine's root, whom only a read-only mount stops. */
function nothingIsWritable() {
  for (const folder of ['', '/app', '/tmp', '/home/nonroot']) {
    assert.throws(() => writeFileSync(`/proc/${pid}/root${folder}/probe`, ''), { code: 'EROFS' });
  }
}

/**
 * The second half of a body is sent only when the server has stopped to listen. The server's `100 Continue` tells
 * that it has the request, and a refused connection that it has the signal: nothing here depends on time.
 */
async function answersWhileStopping() {
  const upload = request(`${ORIGIN}/predict`, {
    method: 'POST',
    headers: { ...JSON_TYPE, 'content-length': IRIS.length, expect: '100-continue' },
  });
  const answered = new Promise((resolve, reject) => upload.once('response', resolve).once('error', reject));
  const accepted = new Promise((resolve) => upload.once('continue', resolve));
  upload.flushHeaders();
  await Promise.race([accepted, answered]);

  upload.write(IRIS.subarray(0, 10));
  process.kill(pid, 'SIGTERM');
  await untilRefused();
  upload.end(IRIS.subarray(10));

  const answer = await answered;
  assert.equal(answer.statusCode, 200);
  checkPrediction(JSON.parse(Buffer.concat(await answer.toArray()).toString()));
}

async function untilRefused() {
  for (const giveUpAt = Date.now() + 5_000; Date.now() < giveUpAt; await sleep(10)) {
    const refused = await fetch(`${ORIGIN}/health`, { headers: { connection: 'close' } }).then(
      () => false,
      (error) => error.cause?.code === 'ECONNREFUSED',
    );
    if (refused) return;
  }
  throw new Error('it still accepts connections 5 s after SIGTERM');
}
