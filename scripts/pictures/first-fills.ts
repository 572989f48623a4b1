// Does what a new user does, from installing the package to ten accepted fills, and takes a picture of each step:
// npx tsx scripts/pictures/first-fills.ts (after npm run build)
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageFor } from '../vscode/drive/packaged';
import { openVsCode, type VsCode } from '../vscode/drive/vs-code';
import type { EditorPosition } from '../vscode/drive/editor';
import { ROOT } from '../setup/paths';
import { ensureLogger } from '../vscode/vscode-host';

const FOLDER = path.join(ROOT, 'media/pictures/first-fills');
const SHELF = `/** The books that somebody owns. */
export class Shelf {
  constructor(books = []) {
    this.books = books;
  }

  add(book) {
    this.books.push(book);
  }

  remove(book) {
    const index = this.books.indexOf(book);
    if (index >= 0) this.books.splice(index, 1);
  }

  has(book) {
    return this.books.includes(book);
  }

  get size() {
    return this.books.length;
  }

  titles() {
    return this.books.map((book) => book.title);
  }
}
`;
/** The selections to fill, from the end on, so that places stay what they are. */
const SELECTIONS: readonly { readonly from: EditorPosition; readonly to: EditorPosition }[] = [
  { from: [25, 12], to: [25, 48] },
  { from: [21, 12], to: [21, 29] },
  { from: [17, 12], to: [17, 37] },
  { from: [12, 5], to: [13, 49] },
  { from: [8, 5], to: [8, 27] },
];
const MARKERS = `export function area(width, height) {
  return [MASK:3];
}

export function isEmpty(list) {
  return list.[MASK:3];
}

export function sum(numbers) {
  let total = 0;
  for (const number of [MASK:1]) {
    total += number;
  }
  return total;
}
`;

let step = 0;
let accepted = 0;

async function picture(code: VsCode, name: string): Promise<void> {
  const file = `${String(++step).padStart(2, '0')}-${name}.png`;
  await code.page.screenshot({ path: path.join(FOLDER, file), animations: 'disabled' });
}

/** Runs a command that fills, and accepts what came. */
async function fillAndAccept(code: VsCode, command: string, name?: string): Promise<void> {
  await code.runCommand(command);
  const accept = code.codeLens('Accept');
  await accept.waitFor();
  if (name) await picture(code, name);
  await accept.click();
  await accept.waitFor({ state: 'hidden' });
  console.log(`${++accepted} accepted`);
}

async function takeGhostText(code: VsCode, starts: readonly string[], name?: string): Promise<void> {
  for (const start of starts) {
    await code.press('Control+End');
    await code.typeText(`\n${start}`);
    const ghost = await Promise.race([
      code.ghostText().catch(() => undefined),
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 8000)),
    ]);
    if (ghost === undefined) continue;
    if (name) await picture(code, name);
    await code.press('Tab');
    console.log(`${++accepted} accepted: ${ghost}`);
    return;
  }
}

async function main(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await ensureLogger();
  const code = await openVsCode({
    vsix: packageFor(process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'),
    files: { 'shelf.js': SHELF, 'sums.js': MARKERS },
    open: 'shelf.js',
    viewport: { width: 960, height: 600 },
    settings: { 'editor.minimap.enabled': false },
  });
  try {
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('Extensions: Show Installed Extensions');
    await code.page.locator('.extension-list-item', { hasText: 'LLaDA' }).first().waitFor();
    await picture(code, 'installed');
    await code.runCommand('Developer: Show Running Extensions');
    const running = code.page.locator('.runtime-extensions-editor .extension', { hasText: 'llada' }).first();
    await running.waitFor({ timeout: 10_000 }).catch(() => undefined);
    console.log(`VS Code says: ${(await running.innerText().catch(() => '?')).replaceAll('\n', ' ')}`);
    await code.runCommand('LLaDA: Show Log');
    const log = code.page.locator('.part.panel .view-line', { hasText: 'Activated' }).first();
    await log.waitFor({ timeout: 10_000 }).catch(() => undefined);
    console.log(`The log says: ${await log.innerText().catch(() => '?')}`);
    await code.runCommand('View: Hide Panel');
    await code.runCommand('View: Close Primary Side Bar');
    await code.runCommand('Open Walkthrough...');
    const row = code.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'LLaDA' });
    await row.first().click();
    await code.page.locator('.getting-started-step', { hasText: 'Fill a region' }).first().waitFor();
    await picture(code, 'walkthrough');

    await code.openFile('shelf.js');
    for (const [i, { from, to }] of SELECTIONS.entries()) {
      await code.select(from, to);
      if (i === 0) await picture(code, 'selected');
      await fillAndAccept(code, 'LLaDA: Fill Masked Region', i === 0 ? 'filled' : undefined);
      if (i === 0) await picture(code, 'accepted');
    }
    await picture(code, 'five-accepted');
    await code.openFile('sums.js');
    await code.goTo([2, 10]);
    await picture(code, 'markers');
    for (const line of [11, 6, 2]) {
      await code.goTo([line, 3]);
      await fillAndAccept(code, 'LLaDA: Fill Masked Region', line === 2 ? 'markers-filled' : undefined);
    }
    const starts = ['const total = ', 'if (', 'export function double(', 'const list = [', 'for (const '];
    await takeGhostText(code, starts, 'ghost-text');
    await takeGhostText(code, starts.toReversed());
    await picture(code, 'ghost-text-taken');
    await code.page.locator('.statusbar-item[id$="llada.status"]').hover();
    await code.page.locator('.monaco-hover:visible', { hasText: 'Last request' }).first().waitFor();
    await picture(code, 'status');
    console.log(`${accepted} fills accepted`);
  } finally {
    await code.close();
  }
}

void main();
