import Mocha from 'mocha';
import type { Counts } from './counts';

/** Runs test files that can be loaded in this process. */
export async function runMocha(files: readonly string[], options: Mocha.MochaOptions): Promise<Counts> {
  const mocha = new Mocha({ ui: 'bdd', ...options });
  for (const file of files) mocha.addFile(file);
  const runner = await new Promise<Mocha.Runner>((resolve) => {
    const running: Mocha.Runner = mocha.run(() => resolve(running));
  });
  return { passed: runner.stats?.passes ?? 0, failed: runner.stats?.failures ?? 0 };
}
