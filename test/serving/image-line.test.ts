import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '../../shared/runtime/session';
import type { AppParts } from '../../shared/serving/app';
import { json, openTestApp, type TestRequest, type TestResponse } from '../test-app';

const readImage = (name: string): Buffer => readFileSync(join(__dirname, '../images', name));
const PNG = readImage('small.png');
const TRUNCATED = readImage('truncated.png');

const upload = (body = PNG): TestRequest => ({
  method: 'POST',
  path: '/predict',
  headers: { 'content-type': 'image/png' },
  body,
});

/** The digits model, whose first run goes on until it is told to end; `fails` says which runs do. */
async function openBusy({ fails = () => false }: { fails?: (images: number) => boolean } = {}) {
  const sizes: number[] = [];
  let finish: () => void = () => {};
  const createBusySession: AppParts['createSession'] = async (model, options) => {
    const session = await createSession(model, options);
    return {
      ...session,
      async run(inputs, outputs) {
        const images = inputs['image']?.dims[0] ?? 0;
        sizes.push(images);
        if (sizes.length === 1) await new Promise<void>((resolve) => (finish = resolve));
        if (fails(images)) throw new Error('no');
        return session.run(inputs, outputs);
      },
    };
  };
  const { request, entries } = openTestApp({ MODEL_NAME: 'digits' }, { createSession: createBusySession });
  const first = request(upload());
  while (sizes.length === 0) await new Promise(setImmediate);
  return { request, entries, first, sizes, finish: () => finish() };
}

/** Sixteen runs of eight images. */
const MOST_WAITING = 128;

test('one more than may wait is refused before it is decoded, and told when to come back', async () => {
  const { request, first, finish, sizes } = await openBusy();
  const waiting = Array.from({ length: MOST_WAITING }, () => request(upload()));
  // Their bodies are read in the same turns of the event loop, in their order.
  const refused = await request(upload(TRUNCATED));

  finish();
  const answers = await Promise.all([first, ...waiting]);

  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
  expect(json(refused)).toMatchObject({ type: 'urn:onnx-functions:problem:overloaded' });
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
});

test('an image whose caller left is not run', async () => {
  const { request, first, finish, sizes, entries } = await openBusy();
  let hasLeft = false;
  const leaves = request({ ...upload(), hasLeft: () => hasLeft });

  hasLeft = true;
  finish();
  await Promise.all([first, leaves]);

  expect(sizes).toEqual([1]);
  expect(entries.map(({ code }) => code)).toContain('caller-left');
});

test('an image that cannot be decoded fails alone', async () => {
  const { request, first, finish } = await openBusy();
  const others = [upload(), upload(TRUNCATED), upload()].map((each) => request(each));

  finish();
  const answers = await Promise.all([first, ...others]);

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 422, 200]);
});

test('where images fail together, each is run alone', async () => {
  const { request, first, finish, sizes } = await openBusy({ fails: (images) => images > 1 });
  const others = [request(upload()), request(upload())];
  await new Promise(setImmediate);

  finish();
  const answers = await Promise.all([first, ...others]);

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(sizes.filter((size) => size === 1).length).toBeGreaterThanOrEqual(3);
});

type Prediction = { readonly label: string; readonly confidence: number };

const predictionsOf = (answer: TestResponse) => json(answer)['predictions'] as Prediction[];

test('together they are answered as alone', async () => {
  const requests = ['small.png', 'palette.png', 'alpha.png'].map((name) => upload(readImage(name)));
  const single = openTestApp({ MODEL_NAME: 'digits' });
  const alone: TestResponse[] = [];
  for (const each of requests) alone.push(await single.request(each));
  const { request, finish } = await openBusy();

  const waiting = requests.map((each) => request(each));
  finish();
  const together = await Promise.all(waiting);

  expect(together.map(predictionsOf)).toEqual(
    alone
      .map(predictionsOf)
      .map((predictions) =>
        predictions.map((each) => ({ ...each, confidence: expect.closeTo(each.confidence, 5) })),
      ),
  );
});
