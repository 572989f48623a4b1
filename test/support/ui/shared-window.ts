import { CART } from '../../../scripts/vscode/drive/cart';
import { FUNCTIONS } from '../../../scripts/vscode/drive/ghost-text';
import { openVsCode, type VsCode } from '../../../scripts/vscode/drive/vs-code';

/** A fill that cannot be done before a key comes: one step for each of its masks. */
export const SLOW = CART.replace('this.items = items;', '[MASK:300]');

/** Takes the model a while to read. */
const LONG = Array.from({ length: 24 }, (_, i) => `const value${i} = compute(${i}, before);\n`).join('');

let opened: Promise<VsCode> | undefined;

/**
 * The window of the tests that need the extension installed and nothing else; opened by the first of them, closed when
 * all tests have ended. Each has its own file there, and leaves no fill and no list behind.
 */
export function sharedWindow(): Promise<VsCode> {
  opened ??= open();
  return opened;
}

async function open(): Promise<VsCode> {
  const code = await openVsCode({
    files: {
      'fill.js': CART,
      'slow.js': SLOW,
      'bar.js': CART,
      'heat.js': CART,
      'choice.js': CART,
      'long.js': LONG,
      'ghost.ts': FUNCTIONS,
    },
    open: 'fill.js',
    settings: {
      // Every token its own step: there is more to see.
      'llada.threshold': 0,
      // Ghost text has a language of its own here, where whatever the model is sure of is shown.
      'llada.inlineCompletions.enabled': false,
      'llada.inlineCompletions.leastConfidence': 0,
      '[typescript]': { 'llada.inlineCompletions.enabled': true },
      'editor.minimap.enabled': false,
      'editor.lightbulb.enabled': 'off',
    },
  });
  await code.statusBarItem('LLaDA').waitFor();
  return code;
}
