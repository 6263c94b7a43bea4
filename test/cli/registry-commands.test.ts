import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publish } from '../../shared/registry/publish';
import { createRegistry } from '../../shared/registry/registry';
import { formatJson, sha256 } from '../../training/manifest';
import { projectPath } from '../../training/project-path';
import { NOTE } from '../registry/published-registry';
import { type CommandRegistry, describeOnRegistries, publishEmbedded } from './command-registry';

// Each command is a process.
jest.setTimeout(60_000);

describeOnRegistries('the commands', (openRegistry) => {
  let registry: CommandRegistry;

  beforeEach(async () => {
    registry = await openRegistry();
    await publishEmbedded(registry.store, 'iris/1.0.0', 'iris/1.1.0');
  });

  const state = async () => (await createRegistry(registry.store).state('iris')).state;
  const answering = (now: string, before: string) =>
    `answering: ${now}, before ${before}; running instances follow within seconds of their next request`;
  const ok = (stdout: string) => ({ code: 0, stdout: `${stdout}\n`, stderr: '' });

  describe('list', () => {
    test('names models, versions, who answers and aliases', async () => {
      expect(await registry.run('list')).toEqual(
        ok(
          'MODEL  VERSIONS     ANSWERING  ALIASES           SHADOW\n' +
            'iris   1.0.0 1.1.0  1.0.0=100  production=1.0.0',
        ),
      );
      expect(await registry.json('list')).toEqual({
        code: 0,
        json: {
          registry: registry.uri,
          models: [
            {
              name: 'iris',
              versions: ['1.0.0', '1.1.0'],
              answering: { '1.0.0': 100 },
              aliases: { production: '1.0.0' },
            },
          ],
        },
      });
    });

    test('does not name a model that has no complete version', async () => {
      await registry.store.write('wine/1.0.0/model.onnx', Buffer.from('half of it'), 'absent');

      expect((await registry.run('list')).stdout).not.toContain('wine');
    });

    test('names the others when the state of one is corrupt, and says what is wrong with it', async () => {
      await publishEmbedded(registry.store, 'digits/1.0.0');
      const generation = (await registry.store.stat('digits/model.json'))?.generation ?? 'absent';
      await registry.store.write('digits/model.json', Buffer.from('{"schema_ver'), generation);

      const text = await registry.run('list');
      const { code, json } = await registry.json('list');

      const error = 'digits/model.json is not a model state: it is not JSON';
      expect(text).toEqual({
        code: 1,
        stdout:
          'MODEL   VERSIONS     ANSWERING  ALIASES           SHADOW\n' +
          `digits  1.0.0        error: ${error}\n` +
          'iris    1.0.0 1.1.0  1.0.0=100  production=1.0.0\n',
        stderr: '',
      });
      expect({ code, json }).toMatchObject({
        code: 1,
        json: { models: [{ name: 'digits', versions: ['1.0.0'], error }, { name: 'iris' }] },
      });
    });

    test('says that there is nothing', async () => {
      const empty = await openRegistry();

      expect(await empty.run('list')).toEqual(ok(`no models in ${empty.uri}`));
      expect((await empty.json('list')).json).toEqual({ registry: empty.uri, models: [] });
    });
  });

  describe('show', () => {
    test('shows how a model is routed, and how that came about', async () => {
      await registry.run('promote', 'iris/1.1.0', '--reason', 'it is better', '--by', 'bob');

      const { code, stdout } = await registry.run('show', 'iris');

      expect(code).toBe(0);
      expect(stdout.replace(/20\d\d-[\dT:.-]+Z/g, 'TIME')).toBe(
        [
          'iris: 1.0.0, 1.1.0',
          'production 1.1.0',
          'history:',
          '  3  TIME  bob  promote -> production 1.1.0  "it is better"',
          '  2  TIME  ann  publish 1.1.0',
          '  1  TIME  ann  publish 1.0.0',
          '',
        ].join('\n'),
      );
      expect((await registry.json('show', 'iris')).json).toMatchObject({
        name: 'iris',
        versions: ['1.0.0', '1.1.0'],
        aliases: { production: '1.1.0' },
        retired: [],
        history: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3, by: 'bob', reason: 'it is better' }],
        generation: expect.any(String),
      });
    });

    test('shows what a version is', async () => {
      const { stdout } = await registry.run('show', 'iris/1.0.0');

      expect(stdout).toContain('iris/1.0.0: classification. Tells three species of iris apart');
      expect(stdout).toContain('  model.onnx, 496 bytes\n  X float32[N,4]\n');
      expect((await registry.json('show', 'iris/1.0.0')).json).toMatchObject({
        name: 'iris',
        version: '1.0.0',
      });
    });
  });

  describe('publish', () => {
    test('puts a version there, tells of its files, and makes the first one the production version', async () => {
      const empty = await openRegistry();

      expect(await empty.run('publish', 'iris/1.0.0')).toEqual({
        code: 0,
        stdout: `published iris/1.0.0 to ${empty.uri}; it is the production version\n`,
        stderr: 'uploaded model.onnx, 496 bytes\n',
      });
      expect(await empty.run('publish', 'iris/1.1.0')).toMatchObject({
        stdout: `published iris/1.1.0 to ${empty.uri}; 1.0.0 is still the one that answers: \`npx onnx-functions promote iris/1.1.0 --registry ${empty.uri}\` changes that\n`,
      });
    });

    test('promotes what it publishes, if it is told to', async () => {
      const empty = await openRegistry();
      await publishEmbedded(empty.store, 'iris/1.0.0');

      expect(await empty.json('publish', 'iris/1.1.0', '--promote')).toEqual({
        code: 0,
        json: {
          model: 'iris',
          version: '1.1.0',
          registry: empty.uri,
          outcome: 'published',
          aliases: { production: '1.1.0' },
        },
      });
    });

    test('says how soon instances follow what it promotes', async () => {
      const empty = await openRegistry();
      await publishEmbedded(empty.store, 'iris/1.0.0');

      expect(await empty.run('publish', 'iris/1.1.0', '--promote')).toMatchObject({
        stdout: `published iris/1.1.0 to ${empty.uri}; it is the production version\nrunning instances follow within seconds of their next request\n`,
      });
    });

    test('has nothing to do for the same version again, and refuses another one of its number', async () => {
      const from = otherIris();

      const same = await registry.run('publish', 'iris/1.0.0');
      const other = await registry.run('publish', 'iris/1.0.0', '--from', from);

      rmSync(from, { recursive: true });
      expect(same).toEqual(ok(`iris/1.0.0 is in ${registry.uri} already; it is the production version`));
      expect(other).toEqual({
        code: 3,
        stdout: '',
        stderr: 'iris/1.0.0 is published already, and a version never changes: publish under a new one\n',
      });
    });

    test('does not publish what could not be served, unless it is told to', async () => {
      const from = otherIris('not ONNX');

      const verified = await registry.run('publish', 'iris/3.0.0', '--from', from);
      const unverified = await registry.run('publish', 'iris/3.0.0', '--from', from, '--no-verify');

      rmSync(from, { recursive: true });
      expect(verified).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('ONNX Runtime cannot load'),
      });
      expect(unverified.code).toBe(0);
      expect(await createRegistry(registry.store).versions('iris')).toEqual(['1.0.0', '1.1.0', '3.0.0']);
    });
  });

  describe('promote', () => {
    test('moves the production alias', async () => {
      expect(await registry.run('promote', 'iris/1.1.0')).toEqual(
        ok(`iris: production 1.1.0 (change 3)\n${answering('1.1.0', '1.0.0')}`),
      );
      expect(await registry.json('promote', 'iris/1.0.0', '--by', 'bob', '--reason', 'no')).toEqual({
        code: 0,
        json: {
          name: 'iris',
          aliases: { production: '1.0.0' },
          change: {
            sequence: 4,
            at: expect.stringMatching(/^20.+Z$/),
            by: 'bob',
            reason: 'no',
            action: 'promote',
            from: { aliases: { production: '1.1.0' } },
            to: { aliases: { production: '1.0.0' } },
          },
        },
      });
    });

    test('moves another alias, which unalias takes away', async () => {
      expect(await registry.run('promote', 'iris/1.1.0', '--alias', 'staging')).toEqual(
        ok('iris: production 1.0.0, staging 1.1.0 (change 3)'),
      );
      expect(await registry.run('unalias', 'iris', 'staging')).toEqual(
        ok('iris: production 1.0.0 (change 4)'),
      );
    });

    test('refuses a version that is broken, unless it is told not to look', async () => {
      await publishBroken(registry, '2.0.0');

      const refused = await registry.run('promote', 'iris/2.0.0');
      const before = await state();
      const insisted = await registry.run('promote', 'iris/2.0.0', '--no-verify');

      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^ONNX Runtime cannot load iris\/2\.0\.0\n/);
      expect(before.aliases).toEqual({ production: '1.0.0' });
      expect(insisted).toEqual(ok(`iris: production 2.0.0 (change 4)\n${answering('2.0.0', '1.0.0')}`));
    });

    test('does nothing when somebody else changed the model since, and says what it is now', async () => {
      await registry.run('traffic', 'iris', '1.0.0=90', '1.1.0=10', '--by', 'bob');

      const text = await registry.run('promote', 'iris/1.1.0', '--expect', '2');
      const { code, json } = await registry.json('promote', 'iris/1.1.0', '--expect', '2');

      const detail = 'expected change 2 to be the last of "iris", found 3: nothing was written';
      expect(text).toEqual({
        code: 3,
        stdout: '',
        stderr: `${detail}\nnow: production 1.0.0; traffic 1.0.0=90 1.1.0=10\n`,
      });
      expect({ code, json }).toEqual({
        code: 3,
        json: {
          error: {
            code: 'conflict',
            message: detail,
            causes: [],
            errors: [],
            state: { aliases: { production: '1.0.0' }, traffic: { '1.0.0': 90, '1.1.0': 10 } },
          },
        },
      });
      expect(await registry.run('promote', 'iris/1.1.0', '--expect', '3')).toMatchObject({ code: 0 });
    });
  });

  test('traffic splits, shadow copies, and rollback takes back one after the other', async () => {
    const said = async (...args: string[]) => (await registry.run(...args)).stdout.trimEnd();

    expect(await said('traffic', 'iris', '1.0.0=90', '1.1.0=10')).toBe(
      `iris: production 1.0.0; traffic 1.0.0=90 1.1.0=10 (change 3)\n${answering('1.0.0=90 1.1.0=10', '1.0.0')}`,
    );
    expect(await said('shadow', 'iris', '1.1.0', '--percent', '20')).toBe(
      'iris: production 1.0.0; traffic 1.0.0=90 1.1.0=10; shadow 1.1.0 (20 %) (change 4)',
    );
    expect(await said('list')).toContain(
      'iris   1.0.0 1.1.0  1.0.0=90 1.1.0=10  production=1.0.0  1.1.0 (20 %)',
    );
    expect(await said('shadow', 'iris', '--off')).toBe(
      'iris: production 1.0.0; traffic 1.0.0=90 1.1.0=10 (change 5)',
    );
    expect(await said('rollback', 'iris')).toContain('shadow 1.1.0 (20 %) (change 6)');
    expect(await said('rollback', 'iris')).toBe(
      'iris: production 1.0.0; traffic 1.0.0=90 1.1.0=10 (change 7)',
    );
    expect(await said('rollback', 'iris')).toBe(
      `iris: production 1.0.0 (change 8)\n${answering('1.0.0', '1.0.0=90 1.1.0=10')}`,
    );
    expect(await registry.run('rollback', 'iris')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'there is no change of the routing left to undo\n',
    });
    expect(await said('rollback', 'iris', '--to', '4')).toContain('shadow 1.1.0 (20 %) (change 9)');
  });

  describe('gc', () => {
    test('removes nothing without --yes', async () => {
      const said = await registry.run('gc', 'iris', '--keep', '0');

      expect(said).toEqual(
        ok(
          'would remove iris/1.1.0\n' +
            'keeps iris/1.0.0: production points to it\n' +
            'nothing was removed: say --yes to do so',
        ),
      );
      expect(await createRegistry(registry.store).versions('iris')).toEqual(['1.0.0', '1.1.0']);
    });

    test('says of each version that stays why it does', async () => {
      await publishEmbedded(registry.store, 'digits/1.0.0');
      await registry.run('promote', 'iris/1.1.0');
      await registry.run('traffic', 'iris', '1.0.0=0', '1.1.0=100');
      await registry.run('shadow', 'iris', '1.0.0');
      await registry.store.write('iris/1.2.0/model.onnx', Buffer.from('half of it'), 'absent');

      const text = await registry.run('gc');
      const { json } = await registry.json('gc', 'iris', '--keep', '1');

      expect(text).toEqual(
        ok(
          [
            'keeps digits/1.0.0: production points to it; it is one of the newest 3',
            'keeps iris/1.0.0: it has 0 % of the traffic; it is the shadow; a rollback of change 5 would need it; it is one of the newest 3',
            'keeps iris/1.1.0: production points to it; it has 100 % of the traffic; a rollback of change 5 would need it; it is one of the newest 3',
            'keeps iris/1.2.0: it is not finished, and was written to within the last 24 hours',
            'nothing to remove',
          ].join('\n'),
        ),
      );
      expect(json).toMatchObject({
        removed: false,
        models: [
          {
            name: 'iris',
            versions: [],
            unfinished: [],
            kept: [
              { version: '1.0.0', why: expect.arrayContaining(['it is the shadow']) },
              { version: '1.1.0', why: expect.arrayContaining(['it is the newest']) },
              { version: '1.2.0' },
            ],
          },
        ],
      });
    });

    test('removes what nobody needs with it, and notes who and why', async () => {
      await registry.store.write('iris/1.2.0/model.onnx', Buffer.from('half of it'), 'absent');

      const said = await registry.json(
        ...['gc', '--keep', '0', '--unfinished-hours', '0', '--yes', '--by', 'bob', '--reason', 'room'],
      );

      const removed = {
        name: 'iris',
        versions: ['1.1.0'],
        unfinished: ['1.2.0'],
        kept: [{ version: '1.0.0', why: ['production points to it'] }],
      };
      expect(said).toEqual({ code: 0, json: { removed: true, models: [removed] } });
      expect(await registry.store.list('iris/')).toEqual(['1.0.0/', 'model.json']);
      expect((await state()).history?.at(-1)).toMatchObject({ action: 'gc', by: 'bob', reason: 'room' });
      expect(await registry.run('gc')).toEqual(
        ok('keeps iris/1.0.0: production points to it; it is one of the newest 3\nnothing to remove'),
      );
    });
  });

  test('verify says what a version answers to its example, or what is wrong with it', async () => {
    await publishBroken(registry, '2.0.0');

    const { code, stdout } = await registry.run('verify', 'iris/1.1.0');
    const broken = await registry.json('verify', 'iris/2.0.0');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^iris\/1\.1\.0 is fit to serve: 4 features, 1207 bytes\nits example is answered/);
    expect(broken).toMatchObject({ code: 1, json: { error: { code: 'corrupt-artifact' } } });
  });
});

/** A folder of models that has another iris 1.0.0, and a 3.0.0. */
function otherIris(artifact: string | Buffer = embeddedArtifact()): string {
  const root = mkdtempSync(join(tmpdir(), 'other-iris-'));
  cpSync(projectPath('model-artifacts/iris/1.0.0'), join(root, 'iris/1.0.0'), { recursive: true });
  writeManifest(join(root, 'iris/1.0.0'), { description: 'Another one.' });
  mkdirSync(join(root, 'iris/3.0.0'));
  writeFileSync(join(root, 'iris/3.0.0/model.onnx'), artifact);
  writeManifest(join(root, 'iris/3.0.0'), { version: '3.0.0', artifact: describeArtifact(artifact) });
  return root;
}

function writeManifest(folder: string, members: object): void {
  const manifest = JSON.parse(readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8'));
  writeFileSync(join(folder, 'manifest.json'), formatJson({ ...manifest, ...members }));
}

function describeArtifact(artifact: string | Buffer) {
  const bytes = Buffer.from(artifact);
  return { file: 'model.onnx', bytes: bytes.length, sha256: sha256(bytes) };
}

function embeddedArtifact(): Buffer {
  return readFileSync(projectPath('model-artifacts/iris/1.0.0/model.onnx'));
}

/** Publishes a version of iris that ONNX Runtime cannot load, as nobody does who lets `publish` verify it. */
async function publishBroken({ store }: CommandRegistry, version: string): Promise<void> {
  const text = readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8');
  const artifact = Buffer.from('not ONNX');
  const manifest = { ...JSON.parse(text), version, artifact: describeArtifact(artifact) };
  await publish(
    store,
    { manifest, manifestBytes: Buffer.from(formatJson(manifest)), read: async () => artifact },
    { note: NOTE },
  );
}
