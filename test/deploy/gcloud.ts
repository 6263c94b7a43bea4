import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const APIS = [
  'CLOUDFUNCTIONS',
  'SERVICEUSAGE',
  'CLOUDBUILD',
  'CLOUDRESOURCEMANAGER',
  'RUN',
  'ARTIFACTREGISTRY',
  'IAM',
  'SECRETMANAGER',
];

/** A configuration of gcloud that knows no account and no other project, and calls loopback instead of Google. */
export interface GcloudSandbox {
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/**
 * Prepares gcloud to run offline.
 *
 * @param apiUrl answers all control APIs.
 * @param storageUrl answers Cloud Storage's JSON API, `/storage/v1/` included.
 */
export function createGcloudSandbox(apiUrl: string, storageUrl = apiUrl): GcloudSandbox {
  const config = mkdtempSync(join(tmpdir(), 'gcloud-config-'));
  const overrides = APIS.map((api) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`, `${apiUrl}/`]);
  return {
    env: {
      ...Object.fromEntries(overrides),
      CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${storageUrl}/storage/v1/`,
      CLOUDSDK_CONFIG: config,
      CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_CORE_DISABLE_FILE_LOGGING: '1',
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
      CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    },
    remove: () => rmSync(config, { recursive: true, force: true }),
  };
}

/**
 * `describe` where gcloud is installed; elsewhere the tests are skipped and the reason is printed.
 * With `REQUIRE_GCLOUD=1` they run regardless, and fail without it.
 */
export function describeWithGcloud(name: string, tests: () => void): void {
  if (process.env['REQUIRE_GCLOUD'] === '1' || hasGcloud()) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped: ${name}: gcloud is not installed (REQUIRE_GCLOUD=1 makes this a failure)\n`);
  describe.skip(name, tests);
}

function hasGcloud(): boolean {
  return spawnSync('sh', ['-c', 'command -v gcloud'], { stdio: 'ignore' }).status === 0;
}
