import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { ROOT, runScript, type ScriptResult } from './script';
import { writeSealed, writeVersion } from './version-folder';

// Each object costs one or two Python processes.
jest.setTimeout(120_000);

let artifacts: string;

beforeEach(() => {
  artifacts = mkdtempSync(join(tmpdir(), 'upload-model-'));
  writeVersion(artifacts, 'iris', '1.0.0', 'first');
});

afterEach(() => rmSync(artifacts, { recursive: true }));

function upload(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ScriptResult> {
  return runScript('upload-model.sh', args, { MODEL_ARTIFACTS: artifacts, ...env });
}

describe('upload-model.sh', () => {
  test('--dry-run prints the commands: a version before its manifest, and the aliases last', async () => {
    writeVersion(artifacts, 'iris', '1.1.0', 'second');
    writeFileSync(join(artifacts, 'iris/model.json'), '{}');

    const { code, stdout } = await upload(['--dry-run', 'models', 'iris']);

    const check = `node ${ROOT}/deploy/check-version.mjs`;
    const copy = (name: string) =>
      `gcloud storage cp --if-generation-match=0 ${artifacts}/iris/${name} gs://models/iris/${name}`;
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      `${check} ${artifacts}/iris/1.0.0`,
      copy('1.0.0/model.onnx'),
      copy('1.0.0/manifest.json'),
      `${check} ${artifacts}/iris/1.1.0`,
      copy('1.1.0/model.onnx'),
      copy('1.1.0/manifest.json'),
      copy('model.json'),
    ]);
  });

  test('takes all models when none is named, and a prefix', async () => {
    writeVersion(artifacts, 'digits', '2.0.0', 'digits');

    const { stdout } = await upload(['--dry-run', 'gs://models/team/']);

    expect(stdout.match(/gs:\S+manifest.json/g)).toEqual([
      'gs://models/team/digits/2.0.0/manifest.json',
      'gs://models/team/iris/1.0.0/manifest.json',
    ]);
  });

  test('sends sealed artifacts with the portable one, before the manifest', async () => {
    writeSealed(artifacts, 'iris', '1.0.0', 'sealed');

    const { code, stdout } = await upload(['--dry-run', 'models', 'iris']);

    expect(code).toBe(0);
    expect(stdout.match(/gs:\S+/g)).toEqual([
      'gs://models/iris/1.0.0/model.onnx',
      'gs://models/iris/1.0.0/model.onnx.ort',
      'gs://models/iris/1.0.0/manifest.json',
    ]);
  });

  test.each([
    [
      'has other bytes',
      (path: string) => writeFileSync(path, 'broken'),
      /"sealed\.0\.sha256" says [0-9a-f]{64}, but it is/,
    ],
    [
      'is missing',
      (path: string) => rmSync(path),
      /"sealed\.0\.file" says model\.onnx\.ort, but there is no/,
    ],
  ])('sends no version with a sealed artifact that %s', async (_, spoil, message) => {
    writeSealed(artifacts, 'iris', '1.0.0', 'sealed');
    spoil(join(artifacts, 'iris/1.0.0/model.onnx.ort'));

    const { code, stdout, stderr } = await upload(['models']);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('sends no version whose manifest does not describe its artifact', async () => {
    writeFileSync(join(artifacts, 'iris/1.0.0/model.onnx'), 'fifth');

    const { code, stdout, stderr } = await upload(['models']);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/iris\/1\.0\.0\/manifest\.json: "artifact\.sha256" says [0-9a-f]{64}, but it is/);
  });

  test.each([
    ['no bucket', [], 'expected a bucket or gs://BUCKET/PREFIX'],
    ['an unknown option', ['--force', 'models'], 'unknown option --force'],
    ['an unknown model', ['models', 'nope'], 'there is no VERSION/manifest.json in '],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await upload(args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describeWithGcloud('upload-model.sh with the real gcloud', () => {
  describeWithEmulator('and an emulated bucket', testUploads);
});

function testUploads(): void {
  let emulator: GcsEmulator;
  let gcloud: GcloudSandbox;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    gcloud = createGcloudSandbox(emulator.endpoint);
  });

  afterAll(async () => {
    await emulator.stop();
    gcloud.remove();
  });

  test('publishes what is new and leaves alone what is there', async () => {
    await emulator.createBucket('growing');
    await upload(['growing'], gcloud.env);
    writeVersion(artifacts, 'iris', '1.1.0', 'second');

    const { code, stdout } = await upload(['growing'], gcloud.env);

    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'unchanged gs://growing/iris/1.0.0/model.onnx',
      'unchanged gs://growing/iris/1.0.0/manifest.json',
      'uploaded gs://growing/iris/1.1.0/model.onnx',
      'uploaded gs://growing/iris/1.1.0/manifest.json',
    ]);
    expect(await readObject('growing', 'iris/1.1.0/model.onnx')).toBe('second');
  });

  test('refuses to change a published version', async () => {
    await emulator.createBucket('fixed');
    await upload(['fixed'], gcloud.env);
    writeVersion(artifacts, 'iris', '1.0.0', 'other');

    const { code, stdout, stderr } = await upload(['fixed'], gcloud.env);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('gs://fixed/iris/1.0.0/model.onnx exists with other bytes');
    expect(await readObject('fixed', 'iris/1.0.0/model.onnx')).toBe('first');
  });

  test('keeps the aliases that the bucket has', async () => {
    await emulator.createBucket('aliased');
    writeFileSync(
      join(artifacts, 'iris/model.json'),
      '{"schema_version":1,"aliases":{"production":"1.0.0"}}',
    );
    await upload(['aliased'], gcloud.env);
    writeFileSync(join(artifacts, 'iris/model.json'), '{"schema_version":1,"aliases":{}}');

    const { code, stdout } = await upload(['aliased'], gcloud.env);

    expect(code).toBe(0);
    expect(stdout).toContain('kept gs://aliased/iris/model.json, which differs');
    expect(await readObject('aliased', 'iris/model.json')).toContain('"production":"1.0.0"');
  });

  test('says what gcloud said when it cannot upload', async () => {
    const { code, stderr } = await upload(['nowhere'], gcloud.env);

    expect(code).toBe(1);
    expect(stderr).toContain('gs://nowhere not found: 404');
    expect(stderr).toContain('could not upload gs://nowhere/iris/1.0.0/model.onnx');
  });

  async function readObject(bucket: string, name: string): Promise<string> {
    const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
    return (await fetch(emulator.endpoint + path)).text();
  }
}
