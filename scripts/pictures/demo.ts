// Takes the pictures of the demo page from `npm run demo`: npx tsx scripts/pictures/demo.ts (after npm run build)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { DemoPage } from '../vscode/drive/demo-page';
import { launchChromium } from '../vscode/chromium';
import { ROOT } from '../setup/paths';

const CART = `/** The articles that a customer has chosen. */
export class Cart {
  constructor(items = []) {
    this.items = items;
  }

  total() {
[MASK]
  }

  isEmpty() {
    return this.items.length === 0;
  }
}
`;

async function main(): Promise<void> {
  const server = spawn(process.execPath, [path.join(ROOT, 'dist/cli.js'), 'demo'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(server.stdout, 'data')) as [Buffer];
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 740 } });
    await page.goto(/http:\S+/.exec(printed.toString())![0]);
    const demo = new DemoPage(page);
    const file = (name: string): string => path.join(ROOT, 'media/pictures', name);
    const picture = (name: string): Promise<Buffer> =>
      page.screenshot({ path: file(name), animations: 'disabled' });

    await demo.field('Theme').selectOption('vscode-dark');
    await demo.pick('A text with holes');
    await page.locator('#text').fill(CART);
    await demo.field('Tokens per hole').fill('32');
    await demo.run();
    await demo.field('Step').fill('20');
    await demo.cells('committed').nth(7).click();
    await picture('demo-grid.png');

    await demo.pick('Text');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      demo.button('Save animation').click(),
    ]);
    await download.saveAs(file('demo-unmasking.svg'));

    await demo.field('Theme').selectOption('vscode-light');
    await demo.pick('Lengths');
    await demo.run();
    await picture('demo-lengths.png');
  } finally {
    await browser.close();
    server.kill('SIGINT');
  }
}

void main();
