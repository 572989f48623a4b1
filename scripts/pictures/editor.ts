// Takes the pictures of the walkthrough from the running extension: npx tsx scripts/pictures/editor.ts
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { CART, METHOD } from '../vscode/drive/cart';
import { openVsCode, type VsCode } from '../vscode/drive/vs-code';
import { waitUntil } from '../vscode/drive/wait';
import { ROOT } from '../setup/paths';

const FOLDER = path.join(ROOT, 'media', 'walkthrough');

/** A hole that keeps its length, long enough to be seen half filled. */
const LONG = '[MASK:32]';
const SHORT = '[MASK]';

function cartWith(hole: string): string {
  return CART.replace(/let total[^]*return total;/, hole);
}

async function fill(code: VsCode, hole: string): Promise<void> {
  await code.goTo([8, 5 + hole.length]);
  await code.runCommand('LLaDA: Fill Masked Region');
}

async function picture(code: VsCode, name: string): Promise<void> {
  await code.page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: 'disabled' });
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const code = await openVsCode({
    files: { 'cart.js': cartWith(LONG), 'basket.js': cartWith(SHORT), 'shop.js': CART },
    open: 'cart.js',
    viewport: { width: 800, height: 460 },
    settings: {
      'llada.threshold': 0,
      'llada.inlineCompletions.leastConfidence': 0,
      'editor.minimap.enabled': false,
      'editor.lightbulb.enabled': 'off',
      'editor.renderWhitespace': 'none',
      'javascript.validate.enable': false,
      'workbench.activityBar.location': 'hidden',
      'workbench.sideBar.location': 'right',
      'breadcrumbs.enabled': false,
      'editor.stickyScroll.enabled': false,
      'workbench.reduceMotion': 'on',
    },
  });
  await code.statusBarItem('LLaDA').waitFor();
  await code.runCommand('View: Close Primary Side Bar');
  // A slow machine's notification, which names the source of an unpacked extension wrongly.
  await code.page.addStyleTag({ content: '.notifications-toasts { display: none !important; }' });

  await fill(code, LONG);
  await waitUntil(
    async () => {
      const texts = await code.decorationTexts();
      return texts.filter((text) => text.trim() !== '').length > texts.length * 0.4 && texts.length > 0;
    },
    () => 'The fill was over before there was anything to see.',
  );
  await picture(code, 'fill');

  await code.openFile('basket.js');
  await fill(code, SHORT);
  await code.codeLens('Accept').waitFor();
  await picture(code, 'result-bar');

  await code.openFile('shop.js');
  await code.select(...METHOD);
  await code.runCommand('LLaDA: Explain Uncertainty');
  await code.statusBarItem('hover a token').waitFor();
  await code.goTo([9, 21]);
  await code.press('Control+k');
  await code.press('Control+i');
  await code.page.locator('.monaco-hover:visible', { hasText: '%' }).first().waitFor();
  await picture(code, 'heat-map');
  await code.press('Escape');
  await code.press('Escape');

  await code.page.locator('.statusbar-item[id$="llada.status"]').click();
  await code.page.locator('.quick-input-widget:visible .monaco-list-row').first().waitFor();
  await picture(code, 'menu');
  await code.press('Escape');

  for (const start of ['const count = ', 'if (', 'return this.']) {
    await code.goTo([13, 4]);
    await code.typeText(`\n\nisEmpty() {\n${start}`);
    const ghost = await Promise.race([
      code.ghostText().catch(() => undefined),
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 6000)),
    ]);
    if (ghost !== undefined) break;
  }
  await picture(code, 'ghost-text');
  await code.close();
}

void main();
