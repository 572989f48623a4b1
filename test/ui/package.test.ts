import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from '../../scripts/setup/at-exit';
import type { Target } from '../../scripts/setup/package/targets';
import { makeVsix } from '../../scripts/setup/package/vsix';
import { openVsCode, type VsCode } from './support/vs-code';
import { waitUntil } from './support/wait';

const TEXT = `function add(a, b) {
  return a - b;
}
`;

/** The browser-hosted VS Code runs on Linux only. LLADA_PACKAGE=universal tries the other package that runs there. */
const HERE: Target =
  process.env['LLADA_PACKAGE'] === 'universal'
    ? 'universal'
    : process.arch === 'arm64'
      ? 'linux-arm64'
      : 'linux-x64';

describe('The package, installed from its file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-vsix-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const vsix = path.join(folder, 'llada-infill.vsix');
  let code: VsCode;

  before(async () => {
    makeVsix(HERE, vsix);
    code = await openVsCode({
      vsix,
      files: { 'add.js': TEXT },
      open: 'add.js',
      settings: { 'llada.inlineCompletions.enabled': false },
    });
    await code.statusBarItem('LLaDA').waitFor();
  });
  after(() => code.close());

  it('holds at most 70 MB', () => {
    assert.ok(readFileSync(vsix).length <= 70e6);
  });

  it('fills a selection with the bundled model, and one undo takes the fill back', async () => {
    await code.select([2, 10], [2, 15]);
    await code.runCommand('LLaDA: Fill Masked Region');
    await code.waitForText(/^function add\(a, b\) \{\n {2}return (?!a - b;)[^]*;\n\}/);
    await code.screenshot('package-filled');
    await code.press('Control+z');
    await waitUntil(
      async () => (await code.editorText()).trimEnd() === TEXT.trimEnd(),
      () => 'One undo did not take the fill back.',
    );
  });
});
