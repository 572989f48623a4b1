// Records the README's animation from the running extension: npx tsx scripts/pictures/readme.ts (after npm run build)
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { PNG } from 'pngjs';
import { openVsCode, type VsCode } from '../vscode/drive/vs-code';
import { waitUntil } from '../vscode/drive/wait';
import { ROOT } from '../setup/paths';

const FILE = path.join(ROOT, 'media/pictures/fill.gif');
/** Nothing before the hole says what is missing, the function behind it does. */
const ORDER = `export interface Order {
  id: string;
  items: Item[];
  [MASK]
  paid: boolean;
}

export function describe(order: Order): string {
  const state = order.paid ? 'paid' : 'open';
  return \`\${order.id}: \${order.items.length} items, \${order.total} (\${state})\`;
}
`;
const HOLE = [4, 9] as const;

const COLORS = 128;
/** How long the pictures before, during and after the fill stand, ms. */
const DELAYS = { before: 1400, during: 160, after: 3000 } as const;

interface Frame {
  readonly png: Buffer;
  readonly delay: number;
}

async function record(code: VsCode): Promise<Frame[]> {
  const frames: Frame[] = [];
  const take = async (delay: number): Promise<void> => {
    const png = await code.page.screenshot({ animations: 'disabled', caret: 'hide' });
    if (!frames.at(-1)?.png.equals(png)) frames.push({ png, delay });
  };
  await code.goTo(HOLE);
  await take(DELAYS.before);
  await code.runCommand('LLaDA: Fill Masked Region');
  const masks = async (): Promise<boolean> => (await code.decorationTexts()).length > 0;
  await waitUntil(masks, () => 'No masks appeared.');
  while (await masks()) await take(DELAYS.during);
  await code.codeLens('Accept').waitFor();
  await take(DELAYS.after);
  return frames;
}

/** All frames share the colours of the first, a middle and the last one, so that nothing flickers. */
function animate(frames: readonly Frame[]): Uint8Array {
  const images = frames.map(({ png }) => PNG.sync.read(png));
  const shown = [images[0]!, images[images.length >> 1]!, images.at(-1)!];
  const palette = quantize(Buffer.concat(shown.map(({ data }) => data)), COLORS);
  const gif = GIFEncoder();
  images.forEach(({ data, width, height }, i) => {
    const { delay } = frames[i]!;
    gif.writeFrame(applyPalette(data, palette), width, height, i === 0 ? { palette, delay } : { delay });
  });
  gif.finish();
  return gif.bytes();
}

async function main(): Promise<void> {
  const code = await openVsCode({
    files: { 'order.ts': ORDER },
    open: 'order.ts',
    viewport: { width: 760, height: 400 },
    settings: {
      'llada.threshold': 0,
      'llada.inlineCompletions.enabled': false,
      'editor.minimap.enabled': false,
      'editor.lightbulb.enabled': 'off',
      'editor.renderWhitespace': 'none',
      'editor.scrollbar.vertical': 'hidden',
      'editor.scrollbar.horizontal': 'hidden',
      'typescript.validate.enable': false,
      'workbench.activityBar.location': 'hidden',
      'breadcrumbs.enabled': false,
      'editor.stickyScroll.enabled': false,
      'workbench.reduceMotion': 'on',
    },
  });
  try {
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('View: Close Primary Side Bar');
    await code.page.addStyleTag({ content: '.notifications-toasts { display: none !important; }' });
    const frames = await record(code);
    mkdirSync(path.dirname(FILE), { recursive: true });
    writeFileSync(FILE, animate(frames));
    console.log(`${FILE}: ${frames.length} frames`);
  } finally {
    await code.close();
  }
}

void main();
