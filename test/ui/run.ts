// npm run test:ui -- [words…] [--grep PATTERN]: test/ui/*.test.ts, a browser driving a real VS Code (see support/).
import type { Context } from 'mocha';
import { finish, settle } from '../support/run/counts';
import { runMocha } from '../support/run/mocha-run';
import { selectTests } from '../support/run/selection';
import { openWindows } from '../../scripts/vscode/drive/vs-code';

/**
 * Takes a picture of every window when a test has failed. A second attempt finds the files as they were; a test that has
 * one ahead of it has no state yet.
 */
async function afterFailure(this: Context): Promise<void> {
  const test = this.currentTest;
  if (!test || test.state === 'passed' || test.isPending()) return;
  for (const window of openWindows()) {
    await window.screenshot(`failed-${test.fullTitle()}`);
    if (test.state === undefined) await window.revert().catch(() => undefined);
  }
}

async function main(): Promise<void> {
  const { files, grep } = selectTests('test/ui', process.argv);
  const counts = await runMocha(files, {
    timeout: 120_000,
    retries: 1,
    rootHooks: { afterEach: afterFailure },
    ...(grep && { grep }),
  });
  for (const window of openWindows()) await window.close();
  finish(settle(counts, true));
}

main().catch((error: unknown) => {
  console.error(error);
  finish(settle(undefined, false));
});
