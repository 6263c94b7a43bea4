import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { projectPath } from '../../training/project-path';
import { createGcloudSandbox, describeWithGcloud } from './gcloud';

jest.setTimeout(60_000);

interface Build {
  readonly steps: readonly { readonly id: string; readonly waitFor?: readonly string[] }[];
  readonly options: Readonly<Record<string, unknown>>;
}

describeWithGcloud('cloudbuild.yaml', () => {
  test('is a build as gcloud knows it: image, bill of materials and audit before the rollout', async () => {
    let submitted: Build | undefined;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        if (request.method === 'POST') submitted = JSON.parse(body) as Build;
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

    // gcloud refuses members that it does not know.
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(submitted?.steps.map(({ id }) => id)).toEqual(['image', 'push', 'audit', 'sbom', 'rollout']);
    expect(submitted?.steps.at(-1)?.waitFor).toEqual(['push', 'audit', 'sbom']);
    expect(submitted?.options).toEqual({ logging: 'CLOUD_LOGGING_ONLY' });
  });
});

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
