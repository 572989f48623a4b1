// Loaded by VS Code (`extensionTestsPath`) inside its extension host, desktop and browser-hosted alike.
// Tests are *.test.ts files in this folder: mocha's describe and it, `vscode` imported as in an extension. Each is
// bundled by itself. The workspace is a new, empty folder. Those to run and where to report come in LLADA_HOST_TESTS.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { countLine, settle } from '../support/run/counts';
import { runMocha } from '../support/run/mocha-run';
import type { HostTests } from '../support/run/host-tests';

/** Runs the tests. VS Code takes a rejection for failure. */
export async function run(): Promise<void> {
  const tests = JSON.parse(process.env['LLADA_HOST_TESTS'] ?? '') as HostTests;
  const print = (...message: unknown[]): void => appendFileSync(tests.report, `${format(...message)}\n`);
  // The console of an extension host reaches only its window's log.
  Mocha.reporters.Base.consoleLog = print;
  Mocha.reporters.Base.useColors = false;
  const files = tests.names.map((name) => path.join(__dirname, `${name}.js`));
  const counts = settle(
    await runMocha(files, { timeout: 120_000, retries: 1, ...(tests.grep && { grep: tests.grep }) }).catch(
      (error: unknown) => {
        print(error);
        return undefined;
      },
    ),
    true,
  );
  print(countLine(counts));
  if (counts.failed > 0) throw new Error(countLine(counts));
}
