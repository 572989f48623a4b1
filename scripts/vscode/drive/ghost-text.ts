import { setTimeout as sleep } from 'node:timers/promises';
import type { Editor } from './editor';
import { WAIT_MS } from './wait';

const PLACES = 8;

/** A file with places where a model has something to say. */
export const FUNCTIONS = Array.from(
  { length: PLACES },
  (_, i) => `function add${i}(a, b) {\n  const sum = a + b;\n\n  return sum;\n}\n`,
).join('\n');

/** Types at one place of `FUNCTIONS` after another until ghost text appears, and returns it. */
export async function typeUntilGhost(editor: Editor): Promise<string> {
  for (let i = 0; i < PLACES; i++) {
    await editor.goTo([i * 6 + 3, 1]);
    await editor.typeText('  const next = ');
    const settled = editor.ghostText();
    const nothing = sleep(WAIT_MS / 5, undefined);
    const ghost = await Promise.race([settled.catch(() => undefined), nothing]);
    if (ghost !== undefined) return ghost;
  }
  throw new Error(`No ghost text at any of ${PLACES} places.`);
}
