// Takes the pictures of the README from the running extension: npx tsx scripts/pictures/readme.ts
import path from 'node:path';
import { openVsCode } from '../../test/ui/support/vs-code';
import { waitUntil } from '../../test/ui/support/wait';
import { ROOT } from '../setup/paths';

const CART = `/** The articles that a customer has chosen. */
export class Cart {
  constructor(items = []) {
    this.items = items;
  }

  add(item) {
    this.items.push(item);
  }

  total() {
    let total = 0;
    for (const item of this.items) {
      total += item.price * item.count;
    }
    return total;
  }

  isEmpty() {
    return this.items.length === 0;
  }
}
`;

async function main(): Promise<void> {
  const code = await openVsCode({
    files: { 'cart.js': CART },
    open: 'cart.js',
    viewport: { width: 1080, height: 640 },
    settings: {
      'llada.threshold': 0,
      'llada.inlineCompletions.enabled': false,
      'editor.minimap.enabled': false,
      'editor.lightbulb.enabled': 'off',
      'editor.renderWhitespace': 'none',
      'javascript.validate.enable': false,
    },
  });
  const picture = async (name: string): Promise<void> => {
    await code.page.screenshot({ path: path.join(ROOT, 'media', name) });
  };
  await code.statusBarItem('LLaDA').waitFor();

  await code.select([12, 5], [16, 18]);
  await code.runCommand('LLaDA: Fill Masked Region');
  await waitUntil(
    async () => {
      const texts = await code.decorationTexts();
      return texts.filter((text) => text.trim() !== '').length > texts.length * 0.45 && texts.length > 0;
    },
    () => 'The fill was over before there was anything to see.',
  );
  await picture('fill.png');
  await code.press('Escape');

  await code.runCommand('LLaDA: Open Generation Demo');
  const frame = await code.webviewFrame('LLaDA Generation Demo');
  await frame.getByLabel('Tokens', { exact: true }).fill('96');
  await frame.getByRole('button', { name: 'Run' }).click();
  await frame.locator('.lane .cell.committed').nth(57).waitFor();
  await picture('demo.png');
  await code.close();
}

void main();
