import { cpSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import webpack from 'webpack';

const ROOT = import.meta.dirname;
const DIST = join(ROOT, 'dist');

/** Bundles for Node: name in dist/ → source. */
const NODE_ENTRIES = {
  extension: './src/extension.ts',
  'engine-host': './src/engine/process/host.ts',
  'import-host': './src/engine/process/import-host.ts',
  'encode-worker': './src/engine/model/foreign/encode-worker.ts',
  cli: './src/cli/main.ts',
  serve: './src/serve/main.ts',
  evaluate: './scripts/evaluate/main.ts',
  'fit-chooser': './scripts/choose/main.ts',
  derive: './scripts/derive/main.ts',
  train: './scripts/train/main.ts',
  'train-worker': './scripts/train/samples/worker.ts',
  'train-bench': './scripts/train/bench/main.ts',
  'train-ablate': './scripts/train/ablation/main.ts',
  'test-gpu': './test/gpu/main.ts',
  'test-host/index': './test/host/index.ts',
  ...Object.fromEntries(
    readdirSync(join(ROOT, 'test/host'))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => [`test-host/${basename(name, '.ts')}`, `./test/host/${name}`]),
  ),
};

/** Bundles for a webview. */
const WEB_ENTRIES = { demo: './src/demo/page/main.ts' };

/** The extension and its engine where VS Code is a web page, each in a worker. */
const WORKER_ENTRIES = {
  'extension-web': { import: './src/web/extension.ts', library: { type: 'commonjs2' } },
  'engine-worker': './src/web/engine-worker.ts',
};

/** Native, provided by the editor, or there only if the user installed it. */
const EXTERNALS = [
  'vscode',
  'onnxruntime-node',
  'onnxruntime-web',
  'mocha',
  'typescript',
  'webgpu',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'bufferutil',
  'utf-8-validate',
];

const WASM = join(ROOT, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');

/** Puts the WebAssembly backend's binaries, which it loads at run time, beside the bundles. */
const copyWasm = {
  apply(compiler) {
    compiler.hooks.afterEmit.tap('copy-wasm', () => {
      for (const name of readdirSync(WASM).filter((file) => file.endsWith('.wasm'))) {
        cpSync(join(WASM, name), join(DIST, 'wasm', name));
      }
    });
  },
};

/** @returns {import('webpack').Configuration} */
const bundles = (name, target, entry) => ({
  name,
  target,
  mode: 'production',
  devtool: 'source-map',
  context: ROOT,
  entry,
  externals: Object.fromEntries(EXTERNALS.map((id) => [id, `commonjs ${id}`])),
  resolve: { extensions: ['.ts', '.js'] },
  module: {
    rules: [{ test: /\.ts$/, loader: 'ts-loader', options: { transpileOnly: true } }],
    // What is found with createRequire is meant to be found at run time.
    // What is imported at run time lies in the same bundle: no files beside it with numbers for names.
    parser: {
      javascript: { createRequire: false, exportsPresence: 'error', dynamicImportMode: 'eager' },
    },
  },
  // Names stay readable in stack traces; size does not matter on a disk.
  optimization: { minimize: false, emitOnErrors: true },
  performance: { hints: false },
  cache: {
    type: 'filesystem',
    cacheDirectory: join(ROOT, '.cache/webpack'),
    buildDependencies: { config: [import.meta.filename] },
  },
  stats: 'errors-warnings',
});

const node = bundles('node', 'node20', NODE_ENTRIES);
node.output = {
  path: DIST,
  library: { type: 'commonjs2' },
  devtoolModuleFilenameTemplate: '../[resource-path]',
  // A test that was removed must not go on running; whatever else lies in dist/ stays.
  clean: { keep: (asset) => !asset.startsWith('test-host/') },
};
// One copy of tfjs-core: its packages point to the same ES modules only through these fields.
node.resolve.mainFields = ['module', 'main'];
// Worker and child entries are found beside the bundle that starts them.
node.node = { __dirname: false, __filename: false };
node.plugins = [copyWasm];

const web = bundles('web', ['web', 'es2022'], WEB_ENTRIES);
web.output = { path: DIST, devtoolModuleFilenameTemplate: '../[resource-path]' };

const worker = bundles('worker', ['webworker', 'es2022'], WORKER_ENTRIES);
worker.output = { path: DIST, devtoolModuleFilenameTemplate: '../[resource-path]' };
// The package's own file of JavaScript around the WebAssembly is loaded at run time, as it is in Node.
worker.externals = { vscode: 'commonjs vscode' };
// What tree-sitter's runtime would need of Node, if it ran there.
worker.resolve.fallback = {
  'fs/promises': false,
  fs: false,
  module: false,
  path: false,
  url: join(ROOT, 'src/web/script-url.ts'),
};
worker.resolve.conditionNames = ['onnxruntime-web-use-extern-wasm', '...'];
worker.module.parser.javascript.url = false;
worker.plugins = [new webpack.DefinePlugin({ 'import.meta.url': 'self.location.href' })];

export default [node, web, worker];
