import { type FunctionProcess, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { environmentOf, type RunApi, startRunApi } from './run-api';
import { runScript, type ScriptResult } from './script';

// Each step starts gcloud several times.
jest.setTimeout(120_000);

const IMAGE = 'europe-docker.pkg.dev/demo/images/server:2';

describeWithGcloud('rollout.mjs deliver, with real gcloud', () => {
  let api: RunApi;
  let gcloud: GcloudSandbox;
  let revision: FunctionProcess;

  beforeEach(async () => {
    const keys = writeKeySet([{ name: 'delivery', key: 'key-of-delivery' }]);
    revision = await startFunction({
      target: 'serve',
      env: { MODEL_NAME: 'iris', ACCESS: 'keys', API_KEYS: keys },
    });
    api = await startRunApi();
    api.candidateUrl = revision.url;
    api.secret = 'key-of-delivery';
    api.counts = { '2xx': 100 };
    gcloud = createGcloudSandbox(api.url);
  });

  afterEach(async () => {
    await revision.stop();
    gcloud.remove();
    await api.close();
  });

  function deliver(...flags: string[]): Promise<ScriptResult> {
    return runScript('rollout.mjs', ['deliver', IMAGE, ...flags], {
      ...gcloud.env,
      ...environmentOf(api),
      API_KEY_SECRET: 'delivery-key',
    });
  }

  test('tries an image with the key of a secret, as a canary, and gives it all of the traffic', async () => {
    const { code, stdout, stderr } = await deliver('--minutes=0');

    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ok {2}model-info: iris .*\nok {2}predict: .*\nok {2}predict-batch: /);
    expect(stderr).toMatch(
      /has 10 % of the traffic\n.*\n.*did well for 0 minutes\n(.|\n)*has all of the traffic\n$/,
    );
    expect(api.traffic()).toEqual({ new: 100 });
  });

  test('gives it all at once where no canary is wanted', async () => {
    api.monitoring = { status: 500, body: 'not asked' };

    expect((await deliver('--no-canary')).code).toBe(0);
    expect(api.traffic()).toEqual({ new: 100 });
  });

  test('gives nothing to an image that fails its smoke test', async () => {
    api.secret = 'another-key';

    const { code, stderr } = await deliver('--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toContain('401, not allowed to call');
    expect(stderr).toContain('the smoke test ended with 1');
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('promotes no image but the one that it tried', async () => {
    api.onWatched = () => api.tag('server-3');

    const { code, stderr } = await deliver('--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toContain('another rollout has begun: the candidate is server-3 now');
    expect(api.traffic()).toEqual({ old: 100 });
  });
});
