import { GRAMMARS, RUNTIME_FILE } from '../../src/syntax/languages';

/** VS Code's names of the platforms that onnxruntime-node has a binary for. */
export const NATIVE_TARGETS = [
  'linux-x64',
  'linux-arm64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
] as const;

/** A package's platform. `universal` runs everywhere, through WebAssembly. */
export const TARGETS = [...NATIVE_TARGETS, 'universal'] as const;
export type Target = (typeof TARGETS)[number];

/** Files of the repository that a package is made of: globs, a leading `!` takes away. */
export interface Part {
  readonly what: string;
  readonly globs: readonly string[];
}

const COMMON = ['node_modules/onnxruntime-common/{package.json,dist/cjs/**/*.{js,json}}'];

/** ONNX Runtime as `target` runs it. */
function runtime(target: Target): readonly string[] {
  if (target === 'universal') {
    const files = '{package.json,dist/ort.node.min.js,dist/ort-wasm-simd-threaded.{mjs,wasm}}';
    return [...COMMON, `node_modules/onnxruntime-web/${files}`];
  }
  const binaries = `node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}`;
  return [
    ...COMMON,
    'node_modules/onnxruntime-node/{package.json,dist/**/*.js}',
    `${binaries}/**`,
    // The same library once more; the binding is linked to libonnxruntime.1.dylib.
    `!${binaries}/libonnxruntime.*.*.*.dylib`,
  ];
}

/** Everything that the running extension reads, and nothing else. The universal one runs in browsers too. */
export function partsOf(target: Target): readonly Part[] {
  const browser = {
    what: 'browser',
    globs: ['dist/extension-web.js', 'dist/engine-worker.js', 'dist/models/index.json'],
  };
  return [
    { what: 'ONNX Runtime', globs: runtime(target) },
    { what: 'model', globs: ['dist/models/*-int8/**'] },
    { what: 'extension', globs: ['dist/{extension,engine-host,import-host,encode-worker,demo}.js'] },
    ...(target === 'universal' ? [browser] : []),
    { what: 'grammars', globs: [RUNTIME_FILE, ...GRAMMARS.map(({ file }) => file)] },
    {
      what: 'pages, texts',
      globs: [
        '{README.md,CHANGELOG.md,LICENSE,package.nls*.json}',
        'media/**',
        '!media/**/*.ts',
        '!media/pictures/**',
        '!media/grammars/*.wasm',
      ],
    },
  ];
}
