// node scripts/setup/with-setup.mjs TASK [args…]: makes a fresh clone ready, then runs the task in this process.
// Only Node's own modules here, and no syntax that an old Node cannot read: it must live to say that it is too old.
// Set-up talks on standard error, so that a task's standard output is its own.
// Tasks see the repository as the working directory; where the user stands is in INIT_CWD.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The program of each task, if it has one: a bundle in dist/ or a TypeScript file, and arguments that come before the
 * user's.
 */
const TASKS = {
  start: ['scripts/start/main.ts'],
  build: [],
  test: ['test/support/run/all.ts'],
  'test:unit': ['test/support/run/unit.ts'],
  'test:host': ['test/host/run.ts'],
  'test:ui': ['test/ui/run.ts'],
  'test:gpu': ['dist/test-gpu.js'],
  lint: ['test/support/run/lint.ts'],
  format: ['node_modules/oxfmt/bin/oxfmt'],
  docs: ['scripts/docs/api-docs.ts'],
  package: ['scripts/package/main.ts'],
  fill: ['dist/cli.js', 'fill'],
  complete: ['dist/cli.js', 'complete'],
  generate: ['dist/cli.js', 'generate'],
  import: ['dist/cli.js', 'import'],
  demo: ['dist/cli.js', 'demo'],
  serve: ['dist/serve.js'],
  load: ['scripts/load/main.ts'],
  bench: ['dist/cli.js', 'bench'],
  'bench:forms': ['scripts/forms/main.ts'],
  'bench:foreign': ['scripts/foreign-bench/main.ts'],
  'bench:syntax': ['scripts/bench-syntax/main.ts'],
  'bench:train': ['dist/train-bench.js'],
  evaluate: ['dist/evaluate.js'],
  'fit-chooser': ['dist/fit-chooser.js'],
  typing: ['scripts/typing/main.ts'],
  'filter-harm': ['scripts/filter-harm/main.ts'],
  'train-model': ['dist/train.js'],
  ablate: ['dist/train-ablate.js'],
  derive: ['dist/derive.js'],
  'keep-out': ['scripts/train/corpus/keep-out.ts'],
  fuzz: ['scripts/fuzz/main.ts'],
  soak: ['scripts/soak/main.ts'],
  'soak:engine': ['scripts/soak-engine/main.ts'],
};

/** Tasks that need no bundles, or have others make them. */
const WITHOUT_BUNDLES = ['test', 'lint', 'format', 'docs'];

/** The files that the bundles are made of. */
const SOURCES = [
  'src',
  'scripts/choose',
  'scripts/derive',
  'scripts/evaluate',
  'scripts/train',
  'media',
  'test/gpu',
  'test/host',
  'test/support',
  'webpack.config.mjs',
  'package-lock.json',
  'tsconfig.json',
];

function fail(message) {
  console.error(message);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(
    'This project needs Node.js 20.19 or newer, not ' + process.version + ': get it at https://nodejs.org.',
  );
}

function setUp(what, command, args) {
  console.error(what);
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (error) fail('Could not run ' + command + ': ' + error.message);
  if (status !== 0) fail('Set-up failed (see above): ' + what);
}

/** Compared by content: times say nothing after a checkout, and what the user added by hand may stay. */
function dependenciesAreThere() {
  try {
    const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
    const installed = packagesOf('node_modules/.package-lock.json');
    return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
      if (path === '') return true;
      const there = installed[path];
      return there ? there.version === wanted.version : wanted.optional || wanted.devOptional || wanted.peer;
    });
  } catch {
    return false;
  }
}

function changed(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? stat.mtimeMs : 0;
}

/** When something was last changed in a folder; a folder's own time tells of files that were removed. */
function changedInside(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat || !stat.isDirectory()) return changed(path);
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changedInside(join(path, name))));
}

/** Runs a program unless it has ended well since its sources were last changed; a stamp in dist/ keeps the time. */
function make(what, stamp, sourcesChanged, program) {
  if (Math.max(...sourcesChanged) <= changed(stamp)) return;
  const started = new Date();
  setUp(what, process.execPath, program);
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
}

function makeBundles() {
  const webpack = ['node_modules/webpack/bin/webpack.js', '--config', 'webpack.config.mjs'];
  make('Building (webpack)…', 'dist/.built', SOURCES.map(changedInside), webpack);
  // Not everything in models/: a training run keeps writing there.
  const models = changed('models')
    ? readdirSync('models').map((name) => join('models', name, 'config.json'))
    : [];
  const bundles = ['dist/derive.js', 'models', ...models].map(changed);
  make('Preparing the models…', 'dist/.derived', bundles, ['dist/derive.js']);
}

checkNode();
const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(TASKS, name))
  fail('Unknown task "' + name + '". Tasks: ' + Object.keys(TASKS).join(', ') + '.');
process.chdir(ROOT);

if (!dependenciesAreThere()) {
  const npm = process.env.npm_execpath;
  const ci = ['ci', '--include=dev', '--loglevel=error'];
  const what = 'Installing the dependencies (npm ci)…';
  if (npm) setUp(what, process.execPath, [npm, ...ci]);
  else setUp(what, 'npm', ci);
}
if (!WITHOUT_BUNDLES.includes(name)) makeBundles();

const [file, ...before] = TASKS[name];
if (file) {
  const require = createRequire(import.meta.url);
  if (file.endsWith('.ts')) require('tsx/cjs');
  process.argv = [process.execPath, join(ROOT, file), ...before, ...args];
  require(process.argv[1]);
}
