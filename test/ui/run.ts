// npm run test:ui -- [words…] [--grep PATTERN]: test/ui/*.test.ts, a browser driving a real VS Code (see support/).
import type { Context } from 'mocha';
import { finish, settle } from '../support/run/counts';
import { runMocha } from '../support/run/mocha-run';
import { selectTests } from '../support/run/selection';
import { openWindows } from '../../scripts/vscode/drive/vs-code';

/** Takes a picture of every window when a test has failed. */
async function picture(this: Context): Promise<void> {
  if (this.currentTest?.state !== 'failed') return;
  for (const window of openWindows()) await window.screenshot(`failed-${this.currentTest.fullTitle()}`);
}

async function main(): Promise<void> {
  const { files, grep } = selectTests('test/ui', process.argv);
  const counts = await runMocha(files, {
    timeout: 120_000,
    rootHooks: { afterEach: picture },
    ...(grep && { grep }),
  });
  for (const window of openWindows()) await window.close();
  finish(settle(counts, true));
}

main().catch((error: unknown) => {
  console.error(error);
  finish(settle(undefined, false));
});
