// npm run lint: types, lint rules, arrows between rooms and format; together they count as one test.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../../scripts/setup/paths';
import { finish } from './counts';

const CHECKS = [
  ['typescript/bin/tsc', '--noEmit'],
  ['typescript/bin/tsc', '--noEmit', '--project', 'src/demo/page'],
  ['typescript/bin/tsc', '--noEmit', '--project', 'src/web'],
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
  ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
] as const;

const RESULTS = CHECKS.map(([tool, ...args]) => {
  console.log([path.basename(tool, path.extname(tool)), ...args].join(' '));
  const program = path.join(ROOT, 'node_modules', tool);
  return spawnSync(process.execPath, [program, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
});

const CLEAN = RESULTS.every(({ status }) => status === 0);
finish(CLEAN ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
