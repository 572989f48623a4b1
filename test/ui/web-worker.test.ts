import assert from 'node:assert/strict';
import type { Worker } from 'playwright-core';
import { DemoPage } from '../../scripts/vscode/drive/demo-page';
import { FUNCTIONS, typeUntilGhost } from '../../scripts/vscode/drive/ghost-text';
import { ADD, fillAdd, packageFor, undoAdd } from '../../scripts/vscode/drive/packaged';
import { openVsCode, type VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';

/**
 * The universal package in the extension host of a VS Code that is a web page and nothing else: a web worker. The server
 * behind this page is left out by a setting.
 */
describe('The universal package in a web worker', () => {
  let code: VsCode;

  before(async () => {
    code = await openVsCode({
      vsix: packageFor('universal'),
      files: { 'add.js': ADD, 'functions.js': FUNCTIONS },
      open: 'add.js',
      settings: {
        'remote.extensionKind': { 'llada-infill.llada-infill': ['web'] },
        'llada.inlineCompletions.leastConfidence': 0,
      },
    });
    await code.statusBarItem('LLaDA').waitFor();
  });
  after(() => code.close());

  /** The Worker that the extension host, itself one, has started. */
  async function runningEngine(): Promise<Worker | undefined> {
    for (const worker of code.page.workers()) {
      const name = await worker.evaluate<string>('self.name').catch(() => '');
      if (name === 'ExtensionHostWorker -> LLaDA engine') return worker;
    }
    return undefined;
  }

  /** The same, after a fill has started it if need be: each test can run alone. */
  async function engine(): Promise<Worker> {
    const running = await runningEngine();
    if (running) return running;
    await fillAdd(code);
    await undoAdd(code);
    const started = await runningEngine();
    assert.ok(started, 'The extension host has started no Worker.');
    return started;
  }

  it('fills a selection with the bundled model, and one undo takes the fill back', async () => {
    await fillAdd(code);
    await code.screenshot('web-worker-filled');
    await undoAdd(code);
  });

  it('fetches nothing for its engine, which is handed all it needs', async () => {
    const worker = await engine();
    const fetched = (): Promise<string[]> =>
      worker.evaluate(`performance.getEntriesByType('resource').map(({ name }) => name)`);
    assert.deepEqual(await fetched(), []);
    // The list has requests at all.
    const url = await worker.evaluate<string>(`fetch(origin + '/healthz').then(({ url }) => url)`);
    await waitUntil(
      async () => (await fetched()).includes(url),
      () => 'A request is not in the list, so that it proves nothing.',
    );
  });

  it('starts its engine anew when that has crashed', async () => {
    const first = await engine();
    const gone = first.waitForEvent('close');
    await first.evaluate(`setTimeout(() => { throw new Error('out of order'); })`);
    await gone;
    await fillAdd(code);
    await undoAdd(code);
    assert.notEqual(await engine(), first);
  });

  it('offers a completion while typing', async () => {
    await code.openFile('functions.js');
    assert.notEqual(await typeUntilGhost(code), '');
    await code.screenshot('web-worker-ghost-text');
  });

  it('opens the generation demo, which unmasks', async () => {
    await code.runCommand('LLaDA: Open Generation Demo');
    const demo = new DemoPage(await code.webviewFrame('LLaDA Generation Demo'));
    await demo.field('Tokens').fill('12');
    await demo.run();
    assert.equal(await demo.cells('committed').count(), 12);
    await code.screenshot('web-worker-demo');
  });

  it('runs there, as VS Code itself says', async () => {
    await code.runCommand('Developer: Show Running Extensions');
    const running = code.page.locator('.runtime-extensions-editor');
    const llada = running.locator('.extension', { hasText: 'LLaDA Infill' });
    await running.hover();
    await waitUntil(
      async () => {
        if (await llada.isVisible()) return true;
        // Only what is on the screen is in the list.
        await code.page.mouse.wheel(0, 200);
        return false;
      },
      () => 'It is not among the extensions that run.',
    );
    await llada.filter({ hasText: 'web worker' }).waitFor();
    await code.screenshot('web-worker-running');
  });
});
