import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Target } from '../../scripts/package/targets';
import { ADD, fillAdd, packageFor, undoAdd } from '../../scripts/vscode/drive/packaged';
import { openVsCode, type VsCode } from '../../scripts/vscode/drive/vs-code';

/** The browser-hosted VS Code runs on Linux only. LLADA_PACKAGE=universal tries the other package that runs there. */
const HERE: Target =
  process.env['LLADA_PACKAGE'] === 'universal'
    ? 'universal'
    : process.arch === 'arm64'
      ? 'linux-arm64'
      : 'linux-x64';

describe('The package, installed from its file', () => {
  let vsix: string;
  let code: VsCode;

  before(async () => {
    vsix = packageFor(HERE);
    code = await openVsCode({
      vsix,
      files: { 'add.js': ADD },
      open: 'add.js',
      settings: { 'llada.inlineCompletions.enabled': false },
    });
    await code.statusBarItem('LLaDA').waitFor();
  });
  after(() => code.close());

  it('holds at most 120 MB', () => {
    assert.ok(readFileSync(vsix).length <= 120e6);
  });

  it('fills a selection with the bundled model, and one undo takes the fill back', async () => {
    await fillAdd(code);
    await code.screenshot('package-filled');
    await undoAdd(code);
  });
});
