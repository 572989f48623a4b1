import assert from 'node:assert/strict';
import { CART, LOOP, METHOD } from '../../scripts/vscode/drive/cart';
import { screenshotInEveryTheme, useTheme } from '../../scripts/vscode/drive/theme';
import type { VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';
import { sharedWindow } from '../support/ui/shared-window';

describe('after a fill', () => {
  let code: VsCode;
  before(async () => {
    code = await sharedWindow();
    await code.openFile('bar.js');
    await useTheme(code, 'vs-dark');
  });

  const heat = (): Promise<number> =>
    code.page.locator('.monaco-editor .view-overlays .cdr[class*="ced-"]').count();

  it('a bar offers another fill and takes all back', async () => {
    await code.select(...LOOP);
    await code.runCommand('LLaDA: Fill Masked Region');
    await code.codeLens('Accept').waitFor();
    await screenshotInEveryTheme(code, 'result-bar');
    const first = (await code.editorText()).trimEnd();
    await code.codeLens('Another').click();
    await waitUntil(
      async () => ![first, CART.trimEnd()].includes((await code.editorText()).trimEnd()),
      () => 'No other fill came.',
    );
    await code.codeLens('Undo').waitFor();
    await code.codeLens('Undo').click();
    await waitUntil(
      async () => (await code.editorText()).trimEnd() === CART.trimEnd(),
      () => 'The fill was not taken back.',
    );
    await code.codeLens('Accept').waitFor({ state: 'hidden' });
  });

  it('a heat map shows how sure the model is, numbers on hover, until Escape', async () => {
    await code.openFile('heat.js');
    await code.select(...METHOD);
    const before = await heat();
    await code.runCommand('LLaDA: Explain Uncertainty');
    await code.statusBarItem('hover a token').waitFor();
    assert.ok((await heat()) > before + 5);
    await code.goTo([9, 17]);
    await screenshotInEveryTheme(code, 'heat-map');
    await code.press('Control+k');
    await code.press('Control+i');
    const hover = code.page.locator('.monaco-hover:visible', { hasText: '%' }).first();
    await hover.waitFor();
    await code.screenshot('heat-map-hover');
    await code.press('Escape');
    await hover.waitFor({ state: 'hidden' });
    await waitUntil(
      async () => {
        await code.press('Escape');
        return (await heat()) <= before;
      },
      () => 'Escape did not hide the heat map.',
    );
  });

  it('Escape ends the reading that a heat map needs', async () => {
    await code.openFile('long.js');
    const before = await heat();
    await code.press('Control+a');
    await code.runCommand('LLaDA: Explain Uncertainty');
    await code.statusBarItem('reading each token').waitFor();
    await code.press('Escape');
    await code.statusBarItem('cancelled').waitFor();
    assert.equal(await heat(), before);
  });

  it('another token can be chosen, and the rest is filled again', async () => {
    await code.openFile('choice.js');
    await code.goTo([10, 16]);
    await code.runCommand('LLaDA: Show Alternatives');
    const list = code.page.locator('.quick-input-widget:visible');
    await list.filter({ hasText: 'Instead of' }).waitFor();
    await screenshotInEveryTheme(code, 'alternatives');
    await code.press('Enter');
    await code.codeLens('Accept').waitFor();
    const text = await code.editorText();
    assert.ok(text.includes('      total += '), 'what stood before the token has changed');
    assert.ok(!text.includes('total += item.price * item.count;'));
    await code.screenshot('alternative-chosen');
  });
});
