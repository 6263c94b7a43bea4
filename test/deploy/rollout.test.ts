import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { environmentOf, type RunApi, startRunApi } from './run-api';
import { runScript, type ScriptResult, startScript } from './script';

// Each step starts gcloud several times.
jest.setTimeout(120_000);

describe('rollout.mjs', () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    runScript('rollout.mjs', args, env);

  test.each([
    ['no place', ['promote'], {}, 'PROJECT and REGION'],
    ['no such command', ['publish'], { PROJECT: 'demo', REGION: 'us-central1' }, 'got publish'],
    ['no image', ['candidate'], { PROJECT: 'demo', REGION: 'us-central1' }, 'expected an image'],
    [
      'more than all of the traffic',
      ['canary', '--percent=101'],
      { PROJECT: 'demo', REGION: 'us-central1' },
      '--percent: expected a number from 1 to 99, got 101',
    ],
  ])('refuses %s', async (_name, args, env, complaint) => {
    const { code, stderr } = await run(args, env);

    expect(code).toBe(1);
    expect(stderr).toContain(complaint);
  });
});

describeWithGcloud('rollout.mjs with real gcloud', () => {
  let api: RunApi;
  let gcloud: GcloudSandbox;

  beforeEach(async () => {
    api = await startRunApi();
    gcloud = createGcloudSandbox(api.url);
  });

  afterEach(async () => {
    gcloud.remove();
    await api.close();
  });

  function run(...args: string[]): Promise<ScriptResult> {
    return runScript('rollout.mjs', args, { ...gcloud.env, ...environmentOf(api) });
  }

  const image = 'europe-docker.pkg.dev/demo/images/server:2';

  test('a candidate has an address and no traffic', async () => {
    const { code, stdout, stderr } = await run('candidate', image);

    expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({
      code: 0,
      stdout: 'https://candidate---server.example\n',
      stderr: '',
    });
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('a canary that does well is promoted', async () => {
    api.tag('server-2');
    api.counts = { '2xx': 190, '5xx': 2 };

    expect((await run('canary', '--percent=20', '--minutes=0')).code).toBe(0);
    expect(api.traffic()).toEqual({ old: 80, new: 20 });

    expect((await run('promote')).code).toBe(0);
    expect(api.traffic()).toEqual({ new: 100 });
  });

  test('a canary that fails loses its traffic', async () => {
    api.tag('server-2');
    api.counts = { '2xx': 90, '5xx': 10 };

    const { code, stderr } = await run('canary', '--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toContain(': 10 of 100 answers are 5xx, more than 0.05');
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('a canary that nobody called proves nothing', async () => {
    api.tag('server-2');
    api.counts = { '2xx': 3 };

    const { code, stderr } = await run('canary', '--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toContain('3 answers tell nothing, expected 20 at least');
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('without a candidate nothing is promoted', async () => {
    const { code, stderr } = await run('promote');

    expect(code).toBe(1);
    expect(stderr).toContain('no revision is tagged candidate');
  });

  test.each([
    [
      'is away',
      { status: 503, body: 'no healthy upstream' },
      'expected status 200, got 503: no healthy upstream',
    ],
    ['says something else', { status: 200, body: '<html>' }, 'expected the result of a query, got <html>'],
  ])(
    'a canary that nobody can see, because Cloud Monitoring %s, loses its traffic',
    async (_, answer, complaint) => {
      api.tag('server-2');
      api.monitoring = answer;

      const { code, stderr } = await run('canary', '--minutes=0');

      expect(code).toBe(1);
      expect(stderr).toContain(complaint);
      expect(api.traffic()).toEqual({ old: 100 });
    },
  );

  test('a canary that cannot be taken back is the last thing to be overlooked', async () => {
    api.tag('server-2');
    api.counts = { '5xx': 100 };
    api.onWatched = () => (api.isReadOnly = true);

    const { code, stderr } = await run('canary', '--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /MAY STILL HAVE TRAFFIC, give all to server-1: gcloud run services update-traffic ended with 1/,
    );
    expect(stderr).toContain(': 100 of 100 answers are 5xx, more than 0.05');
  });

  test('a canary whose watching is ended loses its traffic', async () => {
    api.tag('server-2');
    api.counts = { '2xx': 100 };

    const watching = startScript('rollout.mjs', ['canary'], { ...gcloud.env, ...environmentOf(api) });
    await watching.untilStderr('after 0 min: 0 of 100');
    expect(api.traffic()).toEqual({ old: 90, new: 10 });
    watching.kill('SIGINT');
    const { code, stderr } = await watching.ended;

    expect(code).toBe(1);
    expect(stderr).toMatch(/interrupted by SIGINT\n$/);
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('a second rollout is refused while a canary has traffic, until that is rolled back', async () => {
    api.tag('server-2');
    api.counts = { '2xx': 100 };
    await run('canary', '--minutes=0');

    const second = await run('candidate', image);
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/server-. has .+ %, server-. has .+ %: another rollout is under way/);

    expect((await run('rollback')).code).toBe(0);
    expect(api.traffic()).toEqual({ old: 100 });
    expect((await run('rollback')).stderr).toContain('nothing to take back: server-1 has all of the traffic');
  });
});
