// npm run lint: types, lint rules, arrows between rooms and format; together they count as one test.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../../scripts/setup/paths';
import { finish } from './counts';

/**
 * A check of types that reads anew only what has changed since the last one. TypeScript in native code takes a third of
 * the time; the one in JavaScript is for those who need its interface: ESLint's parser, webpack, typedoc and a test.
 */
function types(name: string, ...args: readonly string[]): readonly string[] {
  return [
    'typescript-native/bin/tsc',
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    `.cache/tsc/${name}`,
    ...args,
  ];
}

const CHECKS = [
  types('node.tsbuildinfo'),
  types('page.tsbuildinfo', '--project', 'src/demo/page'),
  types('web.tsbuildinfo', '--project', 'src/web'),
  // The rules that ask for types.
  ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
  [
    'eslint/bin/eslint.js',
    '.',
    '--cache',
    '--cache-location',
    '.cache/eslint/',
    '--cache-strategy',
    'content',
  ],
  [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    'src',
    'scripts',
    'test',
  ],
  ['oxfmt/bin/oxfmt', '--check'],
] as const;

const RESULTS = CHECKS.map(([tool = '', ...args]) => {
  console.log([path.basename(tool, path.extname(tool)), ...args].join(' '));
  const program = path.join(ROOT, 'node_modules', tool);
  return spawnSync(process.execPath, [program, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
});

const CLEAN = RESULTS.every(({ status }) => status === 0);
finish(CLEAN ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
