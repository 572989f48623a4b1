/** A package installed from its file, and the fill that shows that it works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from '../../setup/at-exit';
import type { Target } from '../../package/targets';
import { makeVsix } from '../../package/vsix';
import type { VsCode } from './vs-code';
import { waitUntil } from './wait';

/** A text that no model writes, so that a fill is seen to have happened. */
const REPLACED = 'q7q7q';

export const ADD = `function add(a, b) {
  return ${REPLACED};
}
`;

/** Makes the package, in a folder that goes when the process ends. Returns its file. */
export function packageFor(target: Target): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-vsix-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const vsix = path.join(folder, 'llada-infill.vsix');
  makeVsix(target, vsix);
  return vsix;
}

/** Fills what no model writes in the present editor, which shows `ADD`. */
export async function fillAdd(code: VsCode): Promise<void> {
  await code.select([2, 10], [2, 10 + REPLACED.length]);
  await code.runCommand('LLaDA: Fill Masked Region');
  await code.waitForText(/^function add\(a, b\) \{\n {2}return (?!q7q7q;)[^]*;\n\}/);
}

/** Takes that fill back with one undo. */
export async function undoAdd(code: VsCode): Promise<void> {
  await code.press('Control+z');
  await waitUntil(
    async () => (await code.editorText()).trimEnd() === ADD.trimEnd(),
    () => 'One undo did not take the fill back.',
  );
}
