import Mocha from 'mocha';
import type { Counts } from './counts';
import { SECOND_ATTEMPT } from './digest';

/** Runs test files that can be loaded in this process. Tests that are tried again are named. */
export async function runMocha(files: readonly string[], options: Mocha.MochaOptions): Promise<Counts> {
  const mocha = new Mocha({ ui: 'bdd', ...options });
  for (const file of files) mocha.addFile(file);
  const runner = await new Promise<Mocha.Runner>((resolve) => {
    const running: Mocha.Runner = mocha.run(() => resolve(running));
    running.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (test: Mocha.Test, error: unknown) => {
      const cause = error instanceof Error ? error.stack : error;
      Mocha.reporters.Base.consoleLog(`    ${SECOND_ATTEMPT}${test.fullTitle()}\n%s`, cause);
    });
  });
  return { passed: runner.stats?.passes ?? 0, failed: runner.stats?.failures ?? 0 };
}
