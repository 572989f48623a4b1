import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../../scripts/vscode/chromium';
import { ARTIFACTS } from '../../../scripts/setup/paths';
import { STILL_SETTINGS } from '../../../scripts/vscode/vscode-settings';
import { startServer, workbenchUrl } from '../../../scripts/vscode/vscode-server';
import type { VscodeServer } from '../../../scripts/vscode/vscode-server';
import { SUITE_TIMEOUT_MS, keepLog } from './host-tests';
import type { HostRun } from './host-tests';

/**
 * Has the page load an unpacked extension and run its tests. A built VS Code reads these two from its page's
 * configuration but not from the address, so the configuration is amended as the page reads it.
 */
async function develop(page: Page, server: VscodeServer, run: HostRun): Promise<void> {
  const remote = (file: string): object => ({
    $mid: 1,
    scheme: 'vscode-remote',
    authority: server.authority,
    path: file,
  });
  const options = {
    extensions: [remote(run.extensionDevelopmentPath)],
    extensionTestsPath: remote(run.extensionTestsPath),
  };
  // As text: this project's TypeScript knows no DOM.
  const content = `if (window === window.top) {
    const original = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = original.call(this, name);
      if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration') return value;
      return JSON.stringify({ ...JSON.parse(value), developmentOptions: ${JSON.stringify(options)} });
    };
  }`;
  await page.addInitScript({ content });
}

/** Resolves to how the suite ended: `ok`, or what went wrong. */
async function suiteEnd(page: Page, log: string[]): Promise<() => Promise<string>> {
  let settle: (end: string) => void;
  const end = new Promise<string>((resolve) => {
    settle = resolve;
  });
  // VS Code calls these two, where they exist, to pass on its log and how run() settled.
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    log.push(`[${type}] ${args.map(String).join(' ')}`);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) =>
    settle(code === 0 ? 'ok' : 'tests failed'),
  );
  page.on('crash', () => settle('the page crashed'));
  page.on('pageerror', (error) => log.push(`[pageerror] ${error.stack ?? error.message}`));
  return () => {
    const timer = setTimeout(() => settle(`no end after ${SUITE_TIMEOUT_MS / 1000} s`), SUITE_TIMEOUT_MS);
    return end.finally(() => clearTimeout(timer));
  };
}

/** Runs the host tests in the browser-hosted VS Code; false if they failed. */
export async function runInBrowser(run: HostRun): Promise<boolean> {
  const server = await startServer({ env: run.env, settings: STILL_SETTINGS });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
    const log: string[] = [];
    const ended = await suiteEnd(page, log);
    await develop(page, server, run);
    await page.goto(workbenchUrl(server, run.folder), { timeout: SUITE_TIMEOUT_MS });
    const end = await ended();
    if (end === 'ok') return true;
    // The picture shows the window as the last test left it.
    await page.screenshot({ path: path.join(ARTIFACTS, 'host-failure.png') }).catch(() => undefined);
    keepLog(end, [...log, ...server.log]);
    return false;
  } finally {
    await browser.close();
    await server.stop();
  }
}
