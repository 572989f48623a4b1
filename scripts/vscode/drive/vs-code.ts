/**
 * Drives a real VS Code, with this extension installed, in a real browser. Use:
 *
 *     const code = await openVsCode({ files: { 'a.js': 'function add(a, b) {\n\n}\n' }, open: 'a.js' });
 *     await code.select([2, 1], [2, 1]);
 *     await code.runCommand('LLaDA: Fill Masked Region');
 *     await code.screenshot('filled');          // artifacts/screenshots/filled.png
 *     assert.match(await code.editorText(), /return/);
 *     await code.close();
 *
 * One VS Code takes some seconds to open: share it among a file's tests (`before`, `after`) and give each its own file.
 * Every method waits until it can do its work and fails after {@link WAIT_MS}. `page` is Playwright's, for all else.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { atExit } from '../../setup/at-exit';
import { launchChromium } from '../chromium';
import { ARTIFACTS } from '../../setup/paths';
import { startServer, workbenchUrl } from '../vscode-server';
import type { VscodeServer } from '../vscode-server';
import { Editor } from './editor';
import { openPalette, takeFromPalette } from './palette';
import { WAIT_MS } from './wait';

export interface OpenOptions {
  /** The workspace: path in it → text. */
  readonly files: Readonly<Record<string, string>>;
  /** The .code-workspace file among them to open, in place of the folder. */
  readonly workspace?: string;
  /** In Restricted Mode. */
  readonly restricted?: boolean;
  /** The file to show. */
  readonly open?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the scope machine. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** A package to install in place of the extension as it is built here. */
  readonly vsix?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

const OPEN = new Set<VsCode>();

/** Every VS Code that has not been closed yet. */
export function openWindows(): ReadonlySet<VsCode> {
  return OPEN;
}

function createWorkspace(files: OpenOptions['files']): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-ui-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** Starts a VS Code on a new folder and waits until it, and the file it shows, are there. */
export async function openVsCode(options: OpenOptions): Promise<VsCode> {
  const folder = createWorkspace(options.files);
  const server = await startServer({
    ...(options.vsix ? { installVsix: options.vsix } : { installExtension: true }),
    ...(options.settings && { settings: options.settings }),
    ...(options.machineSettings && { machineSettings: options.machineSettings }),
    ...(options.restricted && { restricted: true }),
  });
  const browser = await launchChromium();
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const code = new VsCode(page, folder, server, browser);
  OPEN.add(code);
  const opened = path.join(folder, options.workspace ?? '');
  await page.goto(workbenchUrl(server, opened, options.open && path.join(folder, options.open)));
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
  if (options.workspace) await code.waitForFolders();
  if (options.open) await code.lines.first().waitFor();
  return code;
}

/** One VS Code window. */
export class VsCode extends Editor {
  constructor(
    page: Page,
    /** The workspace's folder on disk. */
    readonly folder: string,
    private readonly server: VscodeServer,
    private readonly browser: Browser,
  ) {
    super(page);
  }

  /**
   * Waits until the folders of a workspace file are there. Now and then VS Code reads the file before the server's file
   * system can be asked, and stays without folders; loaded again it has them.
   */
  async waitForFolders(): Promise<void> {
    const folder = this.page.locator('.explorer-folders-view .monaco-list-row').first();
    try {
      await folder.waitFor({ timeout: WAIT_MS / 2 });
    } catch {
      await this.page.reload();
      await folder.waitFor();
    }
  }

  /** Runs a command by its full title, category included, from the command palette. */
  async runCommand(title: string): Promise<void> {
    await takeFromPalette(this.page, `>${title}`, title);
  }

  /** Opens another file of the workspace. */
  async openFile(name: string): Promise<void> {
    await takeFromPalette(this.page, name, path.basename(name));
    await this.page.locator('.tab.active', { hasText: path.basename(name) }).waitFor();
    await this.lines.first().waitFor();
  }

  /** Ends what is under way in the active editor, and has its file as it is on disk. */
  async revert(): Promise<void> {
    await this.press('Escape');
    await this.press('Escape');
    await this.runCommand('File: Revert File');
  }

  /** Reloads the window, which shows again what it showed; one that was opened on a file shows that file instead. */
  async reload(): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), this.runCommand('Developer: Reload Window')]);
    await this.statusBarItem('LLaDA').waitFor();
  }

  /** Opens the command palette at a command's full title, and leaves it open. */
  openPalette(title: string): Promise<Locator> {
    return openPalette(this.page, `>${title}`, title);
  }

  /** The inside of a webview, by its tab's title. */
  async webviewFrame(title: string): Promise<FrameLocator> {
    await this.page.locator('.tab', { hasText: title }).first().waitFor();
    const frame = this.page
      .frameLocator('iframe.webview.ready')
      .frameLocator(`iframe#active-frame[title="${title}"]`);
    await frame.locator('body').waitFor();
    return frame;
  }

  /** The status bar's item that contains a text; wait for it or read its `innerText`. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
  }

  /** The notification that contains a text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** The messages of the notifications shown now. */
  notifications(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Takes a picture of the window: artifacts/screenshots/NAME.png. */
  async screenshot(name: string): Promise<void> {
    const file = `${name.replace(/[^\w.-]+/g, '-')}.png`;
    await this.page.screenshot({ path: path.join(ARTIFACTS, 'screenshots', file) });
  }

  /** Ends the window, its server and all that they started. */
  async close(): Promise<void> {
    OPEN.delete(this);
    await this.browser.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
