import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectPath } from '../training/project-path';

const NATIVE = 'onnxruntime-node/bin/napi-v6';
const OTHER_PLATFORM = process.platform === 'win32' ? 'darwin' : 'win32';
const OTHER_ARCH = process.arch === 'x64' ? 'arm64' : 'x64';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prune-'));
  cpSync(projectPath('deploy/function/prune.js'), join(folder, 'prune.js'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Installs a package; below another one's folder when `path` leads there. */
function install(path: string, dependencies: readonly string[] = [], kind = 'dependencies'): void {
  const wanted = Object.fromEntries(dependencies.map((name) => [name, '*']));
  write(`node_modules/${path}/package.json`, JSON.stringify({ [kind]: wanted }));
}

function application(...dependencies: readonly string[]): void {
  write(
    'package.json',
    JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((d) => [d, '*'])) }),
  );
}

function prune(): void {
  execFileSync(process.execPath, [join(folder, 'prune.js')], { cwd: tmpdir() });
}

/** What is left in node_modules, as paths; a package stands for its package.json. */
function left(): string[] {
  const entries = readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
  return files
    .map((path) => path.slice(join(folder, 'node_modules/').length).replace('/package.json', ''))
    .sort();
}

test('of the native libraries, those of this platform stay', () => {
  application('onnxruntime-node');
  install('onnxruntime-node');
  const mine = `${NATIVE}/${process.platform}/${process.arch}/onnxruntime_binding.node`;
  write(`node_modules/${mine}`);
  write(`node_modules/${NATIVE}/${process.platform}/${OTHER_ARCH}/onnxruntime_binding.node`);
  write(`node_modules/${NATIVE}/${OTHER_PLATFORM}/${process.arch}/onnxruntime_binding.node`);

  prune();

  expect(left()).toEqual(['onnxruntime-node', mine]);
});

test('without a native library for this platform, all stay: the layout is not the one we know', () => {
  application('onnxruntime-node');
  install('onnxruntime-node');
  write(`node_modules/${NATIVE}/${OTHER_PLATFORM}/${process.arch}/onnxruntime_binding.node`);

  prune();

  expect(left()).toHaveLength(2);
});

describe('of the packages of sharp', () => {
  const mine = `${process.platform}-${process.arch}`;
  const installSharp = (...platforms: readonly string[]) => {
    const names = platforms.flatMap((each) => [`@img/sharp-${each}`, `@img/sharp-libvips-${each}`]);
    application('sharp');
    install('sharp', ['@img/colour', ...names]);
    install('@img/colour');
    for (const name of names) install(name);
  };

  test('those of this platform stay', () => {
    installSharp(mine, `linuxmusl-${process.arch}`, `${OTHER_PLATFORM}-${process.arch}`);

    prune();

    expect(left()).toEqual(
      ['@img/colour', `@img/sharp-${mine}`, `@img/sharp-libvips-${mine}`, 'sharp'].sort(),
    );
  });

  test('all stay where there are none for this platform', () => {
    installSharp(`${OTHER_PLATFORM}-${OTHER_ARCH}`);

    prune();

    expect(left()).toHaveLength(4);
  });
});

test('packages that serve the install script only go, with what nothing else depends on', () => {
  application('onnxruntime-node', '@scope/framework');
  install('onnxruntime-node', ['adm-zip', 'global-agent']);
  install('adm-zip');
  install('global-agent', ['only-theirs', 'shared']);
  install('only-theirs');
  install('shared');
  install('@scope/framework', ['shared']);

  prune();

  expect(left()).toEqual(['@scope/framework', 'onnxruntime-node', 'shared']);
});

test('packages of types go', () => {
  application('framework');
  install('framework', ['@types/express']);
  install('@types/express');

  prune();

  expect(left()).toEqual(['framework']);
});

test.each(['optionalDependencies', 'peerDependencies'])('what is among the %s of a package stays', (kind) => {
  application('framework');
  install('framework', ['maybe'], kind);
  install('maybe');

  prune();

  expect(left()).toContain('maybe');
});

test('of two versions of a package, the one that Node would not find goes', () => {
  application('framework');
  install('framework', ['shared']);
  install('framework/node_modules/shared');
  install('shared');

  prune();

  expect(left()).toEqual(['framework', 'framework/node_modules/shared']);
});

test('of the files of a package, those that do not run go; code and licences stay', () => {
  application('framework');
  install('framework');
  const needed = [
    'LICENSE.md',
    'NOTICE.md',
    'data.json',
    'index.cjs',
    'index.js',
    'lib/index.mjs',
    'lib/test/a.js',
  ];
  const unneeded = [
    'README.md',
    'index.d.ts',
    'index.js.map',
    'src/a.cts',
    'src/index.ts',
    'test/a.js',
    'tests/a.js',
  ];
  for (const path of [...needed, ...unneeded]) write(`node_modules/framework/${path}`);

  prune();

  expect(left()).toEqual(['framework', ...needed.map((path) => `framework/${path}`)].sort());
});

test('the programs of packages that went go too', () => {
  application('framework');
  install('framework');
  install('unused');
  mkdirSync(join(folder, 'node_modules/.bin'));
  symlinkSync('../framework/package.json', join(folder, 'node_modules/.bin/framework'));
  symlinkSync('../unused/package.json', join(folder, 'node_modules/.bin/unused'));

  prune();

  expect(left()).toEqual(['.bin/framework', 'framework']);
});

test('a second run changes nothing', () => {
  application('framework');
  install('framework', ['shared']);
  install('shared');
  write('node_modules/shared/README.md');

  prune();
  const once = left();
  prune();

  expect(left()).toEqual(once);
});

test('nothing outside node_modules is touched, through links neither', () => {
  application('framework', 'linked');
  install('framework');
  for (const path of ['README.md', 'test/a.js', 'linked/README.md', 'linked/package.json']) write(path, '{}');
  symlinkSync('../linked', join(folder, 'node_modules/linked'));

  prune();

  const outside = ['README.md', 'test/a.js', 'linked/README.md', 'linked/package.json'];
  expect(outside.filter((path) => existsSync(join(folder, path)))).toEqual(outside);
  expect(left()).toContain('linked');
});

test('a folder where nothing is installed is left as it is', () => {
  application('framework');

  prune();

  expect(readdirSync(folder).sort()).toEqual(['package.json', 'prune.js']);
});
