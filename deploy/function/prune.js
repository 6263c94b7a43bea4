// Deletes from the node_modules beside this file what serving does not need. Cloud Functions runs it after
// `npm ci` (`gcp-build` in package.json), and so does the Dockerfile: a sixth of a plain install is left on linux/x64.
//
// It keeps the platform it runs on, may be run again, and never looks outside node_modules: symbolic links,
// as `npm link` makes them, are not followed.
const { existsSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');

const modules = join(__dirname, 'node_modules');

/** Packages that are depended on but not run; what only they depend on goes with them. */
const UNUSED_PACKAGES = [
  // onnxruntime-node downloads and unpacks GPU libraries with these, in the install script that is not run.
  'adm-zip',
  'global-agent',
];

/** Folders of single packages that are for other uses of them. */
const UNUSED_FOLDERS = [
  // What sharp would be compiled from where it has no binaries.
  'sharp/src',
  'sharp/install',
  // The install script itself.
  'onnxruntime-node/script',
  // For browsers and ES module importers; what is deployed is CommonJS.
  'onnxruntime-common/dist/esm',
];

/** Where onnxruntime-node has one folder for each operating system, and in it one for each processor. */
const NATIVE = 'onnxruntime-node/bin/napi-v6';

/** Where sharp has packages for each platform: `sharp-linux-x64`, and `sharp-libvips-linux-x64` with its libraries. */
const SHARP = '@img';

/** Node refuses to run TypeScript that lies in node_modules, and reads source maps only when it is asked to. */
const UNUSED_FILE = /\.([cm]?ts|map|md|markdown)$/;

/** What a licence asks to pass on with the code, whatever its file's name ends in. */
const LICENCE = /^(licen[cs]e|copying|notice|copyright|patents|authors)/i;

/** Folders at the top of a package that its published code does not import. */
const TEST_FOLDER = /^(test|tests|__tests__)$/;

pruneNative();
pruneUnusedPackages();
for (const folder of UNUSED_FOLDERS) remove(join(modules, folder));
for (const folder of packageFolders(modules)) pruneTests(folder);
pruneFiles(modules);

/** Leaves, of the native libraries, those of this platform. */
function pruneNative() {
  const native = join(modules, NATIVE);
  keepOnly(native, process.platform);
  keepOnly(join(native, process.platform), process.arch);
  pruneSharp(join(modules, SHARP));
}

/** Some versions of npm install those of every C library. Without one for this platform, all stay. */
function pruneSharp(folder) {
  const mine = `-${platformOfSharp()}-${process.arch}`;
  const packages = subfolders(folder).filter((path) => basename(path).startsWith('sharp-'));
  if (!packages.some((path) => path.endsWith(mine))) return;
  for (const path of packages) if (!path.endsWith(mine)) remove(path);
}

function platformOfSharp() {
  const isMusl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  return isMusl ? 'linuxmusl' : process.platform;
}

/** Deletes what the application's package.json does not lead to, once the unused packages are left out. */
function pruneUnusedPackages() {
  const used = usedPackages();
  for (const folder of packageFolders(modules)) {
    if (!used.has(folder)) remove(folder);
  }
  for (const entry of list(join(modules, '.bin'))) {
    const link = join(modules, '.bin', entry.name);
    if (!existsSync(link)) remove(link);
  }
}

/** The folders of all packages that can be required at run time, found the way Node finds them. */
function usedPackages() {
  const used = new Set();
  const waiting = [__dirname];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of dependenciesOf(folder)) {
      const found = resolvePackage(name, folder);
      if (found === undefined || used.has(found)) continue;
      used.add(found);
      waiting.push(found);
    }
  }
  return used;
}

/** Peers and optional packages count: code may well require them. Types exist for compilers only. */
function dependenciesOf(folder) {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return names.filter((name) => !name.startsWith('@types/') && !UNUSED_PACKAGES.includes(name));
}

/** Looks in the node_modules of a folder, then in those of the folders above it, up to ours. */
function resolvePackage(name, folder) {
  const candidate = join(folder, 'node_modules', name);
  if (existsSync(join(candidate, 'package.json'))) return candidate;
  return folder === __dirname ? undefined : resolvePackage(name, dirname(folder));
}

/** Every package installed in a node_modules folder, and in those of its packages. */
function packageFolders(folder) {
  const folders = subfolders(folder).filter((path) => !basename(path).startsWith('.'));
  const packages = folders.flatMap((path) => (basename(path).startsWith('@') ? subfolders(path) : [path]));
  return packages.flatMap((path) => [path, ...packageFolders(join(path, 'node_modules'))]);
}

function pruneTests(folder) {
  for (const path of subfolders(folder)) {
    if (TEST_FOLDER.test(basename(path))) remove(path);
  }
}

function pruneFiles(folder) {
  for (const entry of list(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) pruneFiles(path);
    else if (UNUSED_FILE.test(entry.name) && !LICENCE.test(entry.name)) remove(path);
  }
}

/** Deletes all subfolders but one, unless that one is missing: then this is not a layout we know. */
function keepOnly(folder, name) {
  if (!existsSync(join(folder, name))) return;
  for (const path of subfolders(folder)) {
    if (basename(path) !== name) remove(path);
  }
}

/** Paths of the folders in a folder; symbolic links are none. */
function subfolders(folder) {
  return list(folder)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}

function list(folder) {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}
