import assert from 'node:assert/strict';
import { typeUntilGhost } from '../../scripts/vscode/drive/ghost-text';
import { screenshotInEveryTheme } from '../../scripts/vscode/drive/theme';
import type { VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';
import { sharedWindow } from '../support/ui/shared-window';

describe('ghost text', () => {
  let code: VsCode;
  before(async () => {
    code = await sharedWindow();
    await code.openFile('ghost.ts');
  });

  it('appears while typing, and Tab takes it', async () => {
    const ghost = await typeUntilGhost(code);
    await screenshotInEveryTheme(code, 'ghost-text');
    const typed = await code.editorText();
    assert.ok(!typed.includes(`const next = ${ghost}`));
    await code.press('Tab');
    await waitUntil(
      async () => (await code.editorText()).includes(`const next = ${ghost}`),
      () => `Tab did not take ${JSON.stringify(ghost)}.`,
    );
    await code.screenshot('ghost-text-taken');
  });
});
