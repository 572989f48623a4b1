import assert from 'node:assert/strict';
import { BODY, CART } from '../../scripts/vscode/drive/cart';
import type { VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';
import { sharedWindow, SLOW } from '../support/ui/shared-window';

const MASK = /^\u00a0+$/;

describe('Fill Masked Region', () => {
  let code: VsCode;
  before(async () => {
    code = await sharedWindow();
    await code.openFile('fill.js');
  });

  async function masksAppear(): Promise<void> {
    await waitUntil(
      async () => (await code.decorationTexts()).some((text) => MASK.test(text)),
      () => 'No masks appeared.',
    );
  }

  it('shows the masks, then the tokens in their places, then the text; one undo takes it back', async () => {
    await code.select(...BODY);
    await code.runCommand('LLaDA: Fill Masked Region');
    await masksAppear();
    const pictures: string[][] = [];
    let pictured = false;
    await waitUntil(
      async () => {
        const texts = await code.decorationTexts();
        if (texts.length > 0) pictures.push(texts);
        const committed = texts.filter((text) => !MASK.test(text)).length;
        if (!pictured && committed > texts.length / 3) {
          pictured = true;
          await code.screenshot('fill-under-way');
        }
        return texts.length === 0;
      },
      () => 'The fill never ended.',
    );
    // The last decoration goes before the edit comes.
    await waitUntil(
      async () => (await code.editorText()).trimEnd() !== CART.trimEnd(),
      () => 'The text never came.',
    );
    await code.screenshot('filled');
    const filled = await code.editorText();
    const lines = CART.split('\n');
    assert.ok(filled.startsWith(lines.slice(0, 7).join('\n')), 'the text before the region has changed');
    assert.ok(filled.trimEnd().endsWith('\n  }\n}'), 'the text behind the region has changed');
    // The tokens stood in the order of the text, whatever the order they came in.
    const shown = filled.replace(/\n */g, '⏎').replaceAll(' ', '\u00a0');
    for (const texts of pictures) {
      let at = 0;
      for (const token of texts.filter((text) => !MASK.test(text) && text !== '\ufffd')) {
        const found = shown.indexOf(token, at);
        assert.ok(found >= 0, `${JSON.stringify(token)} is out of place in ${JSON.stringify(texts)}`);
        at = found + token.length;
      }
    }
    await code.press('Control+z');
    await waitUntil(
      async () => (await code.editorText()).trimEnd() === CART.trimEnd(),
      () => 'One undo did not take the fill back.',
    );
  });

  it('is cancelled by Escape, and the text is as it was', async () => {
    await code.openFile('slow.js');
    await code.goTo([4, 5]);
    await code.runCommand('LLaDA: Fill Masked Region');
    await masksAppear();
    await code.press('Escape');
    await code.statusBarItem('fill cancelled').waitFor();
    assert.deepEqual(await code.decorationTexts(), []);
    assert.equal((await code.editorText()).trimEnd(), SLOW.trimEnd());
    assert.equal(await code.page.locator('.tab.active.dirty').count(), 0);
  });

  it('is offered in the command palette', async () => {
    const entry = await code.openPalette('LLaDA: Fill Masked Region');
    await entry.waitFor();
    await code.screenshot('palette');
    await code.press('Escape');
  });

  it('is offered in the context menu where text is selected, and the status bar has the rest', async () => {
    await code.select([1, 1], [2, 1]);
    await code.press('Shift+F10');
    await code.page.locator('.monaco-menu .action-item', { hasText: 'Fill Masked Region' }).waitFor();
    await code.screenshot('context-menu');
    await code.press('Escape');
    await code.page.locator('.statusbar-item[id$="llada.status"]').click();
    const menu = code.page.locator('.quick-input-widget:visible .monaco-list-row');
    await menu.filter({ hasText: 'Open Generation Demo' }).waitFor();
    await code.screenshot('status-menu');
    // The list draws only the entries that are in view.
    for (const entry of ['Explain Uncertainty', 'Turn Inline Completions', 'Choose Provider', 'Show Log']) {
      await code.page.keyboard.type(entry);
      await menu.filter({ hasText: entry }).waitFor();
      for (let i = 0; i < entry.length; i++) await code.press('Backspace');
    }
    await code.press('Escape');
  });
});
