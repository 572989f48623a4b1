import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { openVsCode, type VsCode } from './support/vs-code';

const TITLE = 'LLaDA Generation Demo';

describe('Generation Demo', () => {
  let code: VsCode;
  let frame: FrameLocator;
  before(async () => {
    code = await openVsCode({ files: { 'a.js': 'const a = 1;\n' }, open: 'a.js' });
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('LLaDA: Open Generation Demo');
    frame = await code.webviewFrame(TITLE);
  });
  after(() => code.close());

  const cells = (kind: 'masked' | 'committed'): Locator => frame.locator(`#canvas .cell.${kind}`);
  /** Steps of the run shown, which is done: one a token, and a few more where a character's bytes did not fit. */
  const steps = async (): Promise<number> => {
    const [at, of] = (await frame.locator('#step').innerText()).split(' / ');
    assert.equal(at, of);
    return Number(of);
  };
  const done = (): Promise<void> => frame.locator('#status', { hasText: /^Done/ }).waitFor();
  /** Runs to the end, which a few steps may reach before anything else can be seen of it. */
  const runAgain = async (): Promise<void> => {
    const before = await frame.locator('#status').innerText();
    await frame.getByRole('button', { name: 'Run' }).click();
    await frame.locator('#status', { hasText: /^Done/ }).filter({ hasNotText: before }).waitFor();
  };

  it('unmasks from nothing, step by step, by keyboard alone', async () => {
    await frame.getByLabel('Tokens', { exact: true }).fill('40');
    assert.equal(await cells('masked').count(), 40);
    await code.screenshot('demo-before');
    await frame.getByRole('button', { name: 'Run' }).focus();
    await code.press('Enter');
    await cells('committed').nth(15).waitFor();
    await code.screenshot('demo-under-way');
    await done();
    assert.equal(await cells('committed').count(), 40);
    assert.equal(await cells('masked').count(), 0);
    assert.ok((await steps()) >= 40);
    assert.equal(await frame.locator('#t').innerText(), '0.00');
    await code.screenshot('demo-done');
  });

  it('goes back and forth over the steps, and replays them', async () => {
    const position = frame.getByLabel('Step', { exact: true });
    await position.focus();
    await code.press('Home');
    assert.equal(await cells('masked').count(), 40);
    await code.press('ArrowRight');
    await code.press('ArrowRight');
    assert.equal(await cells('committed').count(), 2);
    await frame.getByLabel('Speed').selectOption('4×');
    await frame.getByRole('button', { name: 'Play' }).click();
    await cells('committed').nth(39).waitFor();
    await frame.getByRole('button', { name: 'Play' }).waitFor();
  });

  it('takes the number of steps', async () => {
    await frame.getByLabel('Steps', { exact: true }).fill('5');
    await frame.getByLabel('Sampling').selectOption('multinomial');
    await runAgain();
    const taken = await steps();
    assert.ok(taken >= 5 && taken < 40, `${taken} steps`);
    assert.equal(await cells('committed').count(), 40);
  });

  it('keeps what it shows when it is hidden', async () => {
    const text = await frame.locator('#canvas').innerText();
    await code.openFile('a.js');
    await code.page.locator('.tab', { hasText: TITLE }).click();
    frame = await code.webviewFrame(TITLE);
    await cells('committed').nth(39).waitFor();
    assert.equal(await frame.locator('#canvas').innerText(), text);
    assert.equal(await frame.getByLabel('Steps', { exact: true }).inputValue(), '5');
  });

  it('fills a hole in a text', async () => {
    await frame.getByLabel('Text with a hole').check();
    await frame.getByLabel('Steps', { exact: true }).fill('0');
    const text = frame.getByRole('textbox', { name: 'Text' });
    await text.fill('function add(a, b) {\n  return a + b;\n}\n');
    // Select “a + b” and let the button mark it.
    for (const key of ['Control+Home', 'ArrowDown', ...Array<string>(9).fill('ArrowRight')])
      await text.press(key);
    for (let i = 0; i < 'a + b'.length; i++) await text.press('Shift+ArrowRight');
    await frame.getByRole('button', { name: 'mask the selection' }).click();
    assert.equal(await text.inputValue(), 'function add(a, b) {\n  return [MASK];\n}\n');
    await frame.getByLabel('Tokens per hole').fill('6');
    await runAgain();
    assert.equal(await cells('committed').count(), 6);
    const shown = await frame.locator('#canvas').innerText();
    assert.ok(shown.startsWith('function add(a, b) {\n  return '), shown);
    await code.screenshot('demo-hole');
  });

  it('says what is missing where there is no hole, and stops when told to', async () => {
    await frame.getByRole('textbox', { name: 'Text' }).fill('no hole');
    await frame.getByRole('button', { name: 'Run' }).click();
    await frame.locator('#status.problem', { hasText: '[MASK]' }).waitFor();
    await frame.getByLabel('From nothing').check();
    await frame.getByLabel('Tokens', { exact: true }).fill('400');
    await frame.getByRole('button', { name: 'Run' }).click();
    await cells('committed').first().waitFor();
    await frame.getByRole('button', { name: 'Stop' }).click();
    await frame.locator('#status', { hasText: 'Stopped' }).waitFor();
    assert.notEqual(await cells('masked').count(), 0);
  });
});
