import { spawnSync } from 'node:child_process';

/** The Python that tests of Python's clients and validators run in; a virtual environment's, or the one on the path. */
export const PYTHON = process.env['LLADA_PYTHON'] ?? 'python3';

/** It takes long to load these packages where other programs want the processor too. */
export const PYTHON_MS = 300_000;

/** Tells whether that Python has the packages; says what is missing where it has not. */
export function pythonHas(...modules: readonly string[]): boolean {
  if (spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]).status === 0) return true;
  const packages = modules.map((name) => name.replaceAll('_', '-')).join(' ');
  console.log(`      skipped: pip install ${packages}, and name its Python in LLADA_PYTHON, to run this`);
  return false;
}
