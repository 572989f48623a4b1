import assert from 'node:assert/strict';
import { FUNCTIONS, typeUntilGhost } from '../../scripts/vscode/drive/ghost-text';
import { screenshotInEveryTheme } from '../../scripts/vscode/drive/theme';
import { openVsCode, type VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';

describe('ghost text', () => {
  let code: VsCode;
  before(async () => {
    code = await openVsCode({
      files: { 'add.js': FUNCTIONS },
      open: 'add.js',
      // Whatever the model is sure of, there is to be something to see.
      settings: { 'llada.inlineCompletions.leastConfidence': 0 },
    });
    await code.statusBarItem('LLaDA').waitFor();
  });
  after(() => code.close());

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
