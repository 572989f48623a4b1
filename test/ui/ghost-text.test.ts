import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { screenshotInEveryTheme } from './support/theme';
import { openVsCode, type VsCode } from './support/vs-code';
import { waitUntil, WAIT_MS } from './support/wait';

const FUNCTIONS = Array.from(
  { length: 8 },
  (_, i) => `function add${i}(a, b) {\n  const sum = a + b;\n\n  return sum;\n}\n`,
).join('\n');

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

  /** Types at one place after another until the model has something to say. */
  async function typeUntilGhost(): Promise<string> {
    for (let i = 0; i < 8; i++) {
      await code.goTo([i * 6 + 3, 1]);
      await code.typeText('  const next = ');
      const settled = code.ghostText();
      const nothing = sleep(WAIT_MS / 5, undefined);
      const ghost = await Promise.race([settled.catch(() => undefined), nothing]);
      if (ghost !== undefined) return ghost;
    }
    throw new Error('No ghost text at any of eight places.');
  }

  it('appears while typing, and Tab takes it', async () => {
    const ghost = await typeUntilGhost();
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
