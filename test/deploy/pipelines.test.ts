import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { projectPath } from '../../training/project-path';
import { createGcloudSandbox, describeWithGcloud } from './gcloud';

jest.setTimeout(60_000);

interface Step {
  readonly id: string;
  readonly name: string;
  readonly script: string;
  readonly waitFor: readonly string[];
  readonly env?: readonly string[];
}

interface Build {
  readonly steps: readonly Step[];
  readonly artifacts: { readonly objects: { readonly paths: readonly string[] } };
  readonly substitutions: Readonly<Record<string, string>>;
}

/** What a delivery is made of, in this order; each pipeline only says on what machine, and after what. */
const STAGES = [
  'npm run check on Node 20',
  'npm run check on Node 22',
  '.ci/deploy-tools.sh',
  'npm run check on Node 24',
  '.ci/audit.sh',
  '.ci/check-image.sh',
  'deploy/build-image.sh',
  'deploy/sbom.sh',
  'deploy/rollout.mjs deliver --no-canary',
  'deploy/rollout.mjs deliver --percent=10 --minutes=15',
];

const STAGE =
  /npm run check|\.ci\/(?:deploy-tools|audit|check-image)\.sh|deploy\/build-image\.sh|deploy\/sbom\.sh|deploy\/rollout\.mjs deliver ".*/g;

/** The stages among some commands, each without what is of one machine. */
function stagesOf(commands: string, nodes: readonly string[]): string[] {
  return [...commands.matchAll(STAGE)].flatMap(([stage]) => {
    if (stage === 'npm run check') return nodes.map((node) => `${stage} on Node ${node}`);
    return stage.replace(/deliver .*?(--no-canary|--percent)/, 'deliver $1');
  });
}

/** The phases of `.ci/run`: their names, and their commands. */
const PHASES: readonly (readonly [name: string, command: string])[] = [
  ...readFileSync(projectPath('.ci/run'), 'utf8').matchAll(/^ {2}phase (\S+) (.*)$/gm),
].map(([, name = '', command = '']) => [name, command]);

/** The names of the phases that a call of `.ci/run` leaves out. */
const leftOutBy = (flags: string) => [...flags.matchAll(/--without=(\S+)/g)].map(([, name = '']) => name);

/** The commands of a job, with those of its phases in the place of a call of `.ci/run`. */
function withPhases(job: string): string {
  return job.replace(/\.ci\/run (--.*)/, (_, flags: string) => {
    const phases = PHASES.filter(([name]) => !leftOutBy(flags).includes(name));
    return phases.map(([, command]) => command).join('\n');
  });
}

const workflow = (name: string) => readFileSync(projectPath(`.github/workflows/${name}`), 'utf8');

describe('the workflow check.yaml', () => {
  const jobs = workflow('check.yaml').split(/\n\n(?= {2}\w)/);
  const [everything = ''] = jobs.filter((job) => job.includes('run: sudo'));

  test('does all that .ci/run does, and of the image it checks the real one', () => {
    const [, flags = ''] = /run: sudo .* \.ci\/run(.*)/.exec(everything) ?? [];

    expect(leftOutBy(flags)).toEqual(['container']);
    expect(PHASES.map(([name]) => name)).toEqual(expect.arrayContaining(['tools', 'check', 'container']));
    expect(jobs.some((job) => /docker build (.|\n)*\.ci\/check-image\.sh/.test(job))).toBe(true);
  });

  test('tries each Node that is supported', () => {
    const [, others = ''] = /node: \[(.*)\]/.exec(jobs.join('\n')) ?? [];
    const [, one] = /node-version: (.*)/.exec(everything) ?? [];

    expect([...others.split(', '), one]).toEqual(['20', '22', '24']);
  });
});

describe('the workflow deliver.yaml', () => {
  /** The jobs by name; one that is a workflow of its own stands there as that is called. */
  const jobs = new Map(
    (workflow('deliver.yaml').split('\njobs:\n')[1] ?? '').split(/\n\n(?= {2}\w)/).map((job) => {
      const [, name = ''] = /^ *(\w+):/.exec(job) ?? [];
      const [, called] = /uses: \.\/\.github\/workflows\/(\S+)/.exec(job) ?? [];
      const [, flags = ''] = /flags: (.*)/.exec(job) ?? [];
      const steps = called === undefined ? '' : workflow(called).replace(/\$\{\{ inputs\.flags \}\}/, flags);
      return [name, job + steps] as const;
    }),
  );

  test('goes through the stages of a delivery', () => {
    const text = [...jobs.values()].join('\n');

    const stages = text.split(/\n\n(?= {2}\w)/).flatMap((job) => {
      const [, nodes = ''] = /node(?:-version)?: \[?([\d, ]+)/.exec(job) ?? [];
      return stagesOf(withPhases(job), nodes.split(', '));
    });

    expect(stages).toEqual(STAGES);
  });

  test('begins nothing before what comes before it is good', () => {
    const needs = [...jobs].map(([name, job]) => [name, /needs: (.*)/.exec(job)?.[1]]);

    expect(needs).toEqual([
      ['check', undefined],
      ['image', 'check'],
      ['staging', 'image'],
      ['production', '[image, staging]'],
    ]);
  });

  test('keeps the bill of materials', () => {
    expect(jobs.get('image')).toMatch(
      /deploy\/sbom\.sh .*>sbom\.cdx\.json\n.*upload-artifact@(.|\n)*path: sbom\.cdx\.json/,
    );
  });
});

describeWithGcloud('cloudbuild.yaml, as gcloud submits it', () => {
  let build: Build;

  beforeAll(async () => {
    build = await submitted();
  });

  test('goes through the same stages', () => {
    const stages = build.steps.flatMap(({ name, script }) =>
      stagesOf(script, [/^node:(\d+)/.exec(name)?.[1] ?? name]),
    );

    expect(stages).toEqual(STAGES);
  });

  test('begins nothing before what comes before it is good', () => {
    expect(build.steps.map(({ id, waitFor }) => [id, waitFor])).toEqual([
      ['check-20', ['-']],
      ['check-22', ['-']],
      ['go', ['-']],
      ['terraform', ['-']],
      ['deploy-files', ['go', 'terraform']],
      ['check-24', ['-']],
      ['audit', ['-']],
      ['image-check', ['-']],
      ['image', ['check-20', 'check-22', 'deploy-files', 'check-24', 'audit', 'image-check']],
      ['sbom', ['image']],
      ['staging', ['sbom']],
      ['production', ['staging']],
    ]);
  });

  test('keeps the bill of materials', () => {
    expect(build.steps.find(({ id }) => id === 'sbom')?.script).toMatch(/>sbom\.cdx\.json$/);
    expect(build.artifacts.objects.paths).toEqual(['sbom.cdx.json']);
  });

  // The registry lets no tag be moved, and who builds a commit again could not push.
  test('tags what it pushes by the build', () => {
    const [image] = build.steps.filter(({ id }) => id === 'image');

    expect(image?.env).toEqual([expect.stringMatching(/^IMAGE=.*\$\{BUILD_ID\}$/)]);
  });

  // Cloud Build refuses a build otherwise, and gcloud does not look.
  test('declares each substitution that it uses, and uses each that it declares', () => {
    const { substitutions, ...rest } = build;
    const used = [...JSON.stringify(rest).matchAll(/\$\{(_\w+)\}/g)].map(([, name]) => name);

    expect([...new Set(used)].sort()).toEqual(Object.keys(substitutions).sort());
  });
});

/** The build that gcloud sends to Cloud Build. It refuses members that it does not know. */
async function submitted(): Promise<Build> {
  let build: Build | undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (request.method === 'POST') build = JSON.parse(body) as Build;
      const metadata = {
        '@type': 'type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata',
        build: {
          id: '1',
          name: 'projects/demo/locations/global/builds/1',
          projectId: 'demo',
          status: 'QUEUED',
        },
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name: 'operations/build/demo/1', metadata }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gcloud = createGcloudSandbox(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  const { code, stderr } = await submit(gcloud.env);
  gcloud.remove();
  server.close();
  if (build === undefined) throw new Error(`gcloud ended with ${code}: ${stderr}`);
  return build;
}

async function submit(env: Readonly<Record<string, string>>): Promise<{ code: number; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(
    'gcloud',
    [
      ...['builds', 'submit', '--no-source', '--async', '--project=demo'],
      `--config=${projectPath('deploy/cloudbuild.yaml')}`,
      '--substitutions=_IMAGE_REPOSITORY=europe-docker.pkg.dev/demo/images,_TAG=1',
    ],
    { env: { PATH, HOME, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  return { code: code as number, stderr };
}
