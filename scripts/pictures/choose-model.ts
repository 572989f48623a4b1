// The list of “LLaDA: Choose Model” with models that were imported, each used once before, and a picture of it:
// npx tsx scripts/pictures/choose-model.ts FOLDER… (after npm run build; bundles that `npm run import` has made)
import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { openVsCode, type VsCode } from '../vscode/drive/vs-code';
import { waitUntil } from '../vscode/drive/wait';
import { ROOT } from '../setup/paths';

const PICTURE = path.join(ROOT, 'media/pictures/choose-model.png');
const CODE = `function area(width, height) {
  return [MASK:8];
}
`;
/** For a model of half a billion weights on a processor that has other things to do. */
const WAIT_MS = 300_000;

/** Takes the entry of the list of models that contains a text. */
async function choose(code: VsCode, entry: string): Promise<void> {
  await code.runCommand('LLaDA: Choose Model');
  const list = code.page.locator('.quick-input-widget:visible');
  await list.locator('input[type=text]').fill(entry);
  await list.locator('.quick-input-list .monaco-list-row', { hasText: entry }).first().click();
}

/** In the dialog that VS Code in a browser has for folders, which begins in the workspace. */
async function chooseFolder(code: VsCode, folder: string): Promise<void> {
  await choose(code, 'Another folder');
  const dialog = code.page.locator('.quick-input-widget:visible');
  const name = path.basename(folder);
  await dialog.locator('.monaco-list-row', { hasText: name }).click();
  await waitUntil(
    async () => (await dialog.locator('input[type=text]').inputValue()).endsWith(`/${name}/`),
    () => `The dialog does not show ${name}.`,
  );
  await dialog.locator('.monaco-button', { hasText: 'Use This Model' }).click();
  await dialog.waitFor({ state: 'hidden' });
  // A server's settings arrive later than the dialog goes.
  await waitUntil(
    async () => {
      await code.runCommand('LLaDA: Choose Model');
      const inUse = code.page.locator('.quick-input-list .monaco-list-row', { hasText: 'in use' });
      await inUse.first().waitFor();
      const isOwn = (await inUse.first().innerText()).includes('The model of the extension');
      await code.press('Escape');
      return !isOwn;
    },
    () => `${name} is not in use.`,
  );
}

/** The files of a bundle, in the workspace too. */
function link(folder: string, workspace: string): void {
  const to = path.join(workspace, path.basename(folder));
  mkdirSync(to);
  for (const name of readdirSync(folder)) linkSync(path.join(folder, name), path.join(to, name));
}

/** Fills once, so that its time is known. */
async function fillOnce(code: VsCode): Promise<void> {
  await code.goTo([2, 1]);
  await code.runCommand('LLaDA: Fill Masked Region');
  const undo = code.codeLens('Undo');
  await undo.waitFor({ timeout: WAIT_MS });
  await undo.click();
  await undo.waitFor({ state: 'hidden' });
}

async function main(folders: readonly string[]): Promise<void> {
  const code = await openVsCode({
    files: { 'area.js': CODE },
    open: 'area.js',
    viewport: { width: 1200, height: 640 },
    settings: {
      'llada.inlineCompletions.enabled': false,
      'editor.minimap.enabled': false,
      'workbench.reduceMotion': 'on',
    },
  });
  try {
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('View: Close Primary Side Bar');
    for (const folder of folders) link(folder, code.folder);
    await fillOnce(code);
    for (const folder of folders) {
      await chooseFolder(code, folder);
      await fillOnce(code);
    }
    await code.runCommand('LLaDA: Choose Model');
    await code.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Model of suggestions' })
      .waitFor();
    // Away from the list, or it would show what the pointer is on.
    await code.page.mouse.move(1, 1);
    await code.page.locator('.workbench-hover:visible').waitFor({ state: 'hidden' });
    await code.page.screenshot({ path: PICTURE, animations: 'disabled' });
  } finally {
    await code.close();
  }
}

void main(process.argv.slice(2));
