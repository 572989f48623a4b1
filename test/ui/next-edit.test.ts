import assert from 'node:assert/strict';
import { screenshotInEveryTheme } from '../../scripts/vscode/drive/theme';
import { openVsCode, type VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';

const CODE = `function area(width, height) {
  return width * height;
}

function border(width, height) {
  const sum = width + height;
  return 2 * sum;
}

console.log(area(2, 3), border(2, 3));
`;

describe('the next edit', function () {
  // One test goes on where the one before has ended: a second attempt would begin elsewhere.
  this.retries(0);
  let code: VsCode;
  before(async () => {
    code = await openVsCode({
      files: { 'area.js': CODE },
      open: 'area.js',
      settings: { 'llada.inlineCompletions.enabled': false, 'editor.quickSuggestions': { other: 'off' } },
    });
    await code.statusBarItem('LLaDA').waitFor();
  });
  after(() => code.close());

  async function waitForHint(hint: string): Promise<void> {
    let texts: string[] = [];
    await waitUntil(
      async () => (texts = await code.decorationTexts()).includes(hint),
      () => `No “${hint}”; there is ${JSON.stringify(texts)}.`,
    );
  }

  it('is shown where it is and where the cursor is; Tab jumps, a second Tab accepts', async () => {
    await code.select([5, 17], [5, 22]);
    await code.typeText('breadth');
    await waitForHint('⇥ line 6');
    await waitForHint('breadth');
    await screenshotInEveryTheme(code, 'next-edit');
    await code.press('Tab');
    await waitForHint('⇥ accept');
    await screenshotInEveryTheme(code, 'next-edit-here');
    assert.match(await code.editorText(), /sum = width/);
    await code.press('Tab');
    await code.waitForText(/sum = breadth \+ height/);
    assert.match(await code.editorText(), /return width \* height/);
  });

  it('Escape dismisses it, and Tab indents again', async () => {
    await code.select([5, 26], [5, 32]);
    await code.typeText('depth');
    await waitForHint('⇥ line 6');
    await code.press('Escape');
    await waitUntil(
      async () => !(await code.decorationTexts()).includes('⇥ line 6'),
      () => 'Escape did not dismiss the proposal.',
    );
    await code.press('Tab');
    await code.waitForText(/breadth, depth {2,}\)/);
  });

  it('Tab in front of a line indents it, whatever is proposed', async () => {
    await code.press('Control+z');
    await code.select([1, 15], [1, 20]);
    await code.typeText('side');
    await waitForHint('⇥ line 2');
    await code.goTo([10, 1]);
    await code.press('Tab');
    await code.waitForText(/^ {2,}console\.log/m);
    assert.match(await code.editorText(), /return width \* height/);
  });
});
