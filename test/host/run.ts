// npm run test:host -- [words…] [--grep PATTERN]: test/host/*.test.ts inside a real VS Code.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from '../../scripts/setup/at-exit';
import { ROOT } from '../../scripts/setup/paths';
import { hasDisplay } from '../../scripts/vscode/vscode-desktop';
import { finish, parseCounts, settle } from '../support/run/counts';
import { runInBrowser } from '../support/run/host-in-browser';
import { chooseHost, runOnDesktop } from '../support/run/host-on-desktop';
import type { HostTests } from '../support/run/host-tests';
import { selectTests } from '../support/run/selection';

/** Prints what is appended to a file, as it comes; the function returned prints the rest and stops. */
function follow(file: string): () => void {
  let shown = 0;
  const show = (): void => {
    const all = readFileSync(file, 'utf8');
    // The count line comes last, from here.
    const text = all.replace(/^\d+ passed, \d+ failed$/m, '');
    process.stdout.write(text.slice(shown));
    shown = text.length;
  };
  const timer = setInterval(show, 250);
  return () => {
    clearInterval(timer);
    show();
  };
}

async function main(): Promise<void> {
  const { files, grep } = selectTests('test/host', process.argv);
  const host = await chooseHost();
  if (host === 'desktop' && !hasDisplay()) {
    // Once more, with a display.
    const again = ['-a', process.execPath, path.join(ROOT, 'scripts/setup/with-setup.mjs'), 'test:host'];
    const { status } = spawnSync('xvfb-run', [...again, ...process.argv.slice(2)], { stdio: 'inherit' });
    process.exit(status ?? 1);
  }
  console.log(`Host tests in VS Code ${host === 'desktop' ? 'on the desktop' : 'in a browser'}`);
  const root = mkdtempSync(path.join(tmpdir(), 'llada-host-tests-'));
  atExit(() => rmSync(root, { recursive: true, force: true }));
  const folder = path.join(root, 'workspace');
  mkdirSync(folder);
  const report = path.join(root, 'report.txt');
  writeFileSync(report, '');
  const tests: HostTests = {
    names: files.map((file) => path.basename(file, '.ts')),
    report,
    ...(grep && { grep }),
  };
  const stopFollowing = follow(report);
  const succeeded = await (host === 'desktop' ? runOnDesktop : runInBrowser)({
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: path.join(ROOT, 'dist/test-host/index'),
    folder,
    env: { LLADA_HOST_TESTS: JSON.stringify(tests) },
  });
  stopFollowing();
  finish(settle(parseCounts(readFileSync(report, 'utf8')), succeeded));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  finish(settle(undefined, false));
});
