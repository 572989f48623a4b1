import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DemoPage } from '../../scripts/vscode/drive/demo-page';
import { openVsCode, type VsCode } from '../../scripts/vscode/drive/vs-code';
import { waitUntil } from '../../scripts/vscode/drive/wait';

const TITLE = 'LLaDA Generation Demo';
const THEMES = {
  dark: ['Default Dark Modern', 'vscode-dark'],
  light: ['Default Light Modern', 'vscode-light'],
  'high-contrast': ['Default High Contrast', 'vscode-high-contrast'],
} as const;

describe('Generation Demo', function () {
  // One test goes on where the one before has ended: a second attempt would begin elsewhere.
  this.retries(0);
  let code: VsCode;
  let demo: DemoPage;
  before(async () => {
    code = await openVsCode({
      files: { 'a.js': 'const a = 1;\n', '.vscode/settings.json': '{}' },
      settings: { 'workbench.reduceMotion': 'on' },
    });
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('LLaDA: Open Generation Demo');
    demo = new DemoPage(await code.webviewFrame(TITLE));
  });
  after(() => code.close());

  it('unmasks from nothing, step by step, by keyboard alone', async () => {
    await demo.field('Tokens').fill('40');
    assert.equal(await demo.cells('masked').count(), 40);
    await code.screenshot('demo-before');
    await code.press('Control+Enter');
    await demo.cells('committed').nth(15).waitFor();
    await code.screenshot('demo-under-way');
    await demo.status.filter({ hasText: /^Done/ }).waitFor();
    assert.equal(await demo.cells('committed').count(), 40);
    assert.equal(await demo.cells('masked').count(), 0);
    const [at, last] = await demo.steps();
    assert.equal(at, last);
    assert.ok(last >= 40);
    await code.screenshot('demo-done');
  });

  it('goes back and forth over the steps, and replays them', async () => {
    await demo.field('Step').focus();
    await code.press('Home');
    assert.equal(await demo.cells('masked').count(), 40);
    await code.press('ArrowRight');
    await code.press('ArrowRight');
    assert.equal(await demo.cells('committed').count(), 2);
    await demo.root.getByLabel('Speed').selectOption('4×');
    await demo.button('Play').click();
    await demo.cells('committed').nth(39).waitFor();
    await demo.button('Play').waitFor();
  });

  it('goes from token to token, locks, remasks, edits and goes on, by keyboard alone', async () => {
    await demo.cells().first().focus();
    await code.press('ArrowRight');
    await code.press('ArrowDown');
    assert.equal(await demo.cells('selected').count(), 1);
    await code.press('Home');
    await code.press('l');
    assert.equal(await demo.cells('locked').count(), 1);
    await code.press('ArrowRight');
    await code.press('Delete');
    assert.equal(await demo.cells('masked').count(), 1);
    await code.press('ArrowRight');
    await code.press('e');
    await demo.field("The token's new text").fill('const answer');
    await code.press('Enter');
    await demo.cells('locked').nth(2).waitFor();
    const kept = await demo.cells('locked').allInnerTexts();
    assert.equal(kept.slice(1).join(''), 'const answer');
    await code.press('Control+z');
    assert.equal(await demo.cells('locked').count(), 1);
    await code.screenshot('demo-edited');
    const [, before] = await demo.steps();
    await code.press('g');
    await demo.status.filter({ hasText: /^Done/ }).waitFor();
    assert.equal(await demo.cells('masked').count(), 0);
    assert.ok((await demo.steps())[1] > before);
    assert.equal(await demo.cells('locked').count(), 1);
  });

  it('offers what else could stand there, and has the rest decided anew', async () => {
    await demo.cells().nth(6).click();
    const alternative = demo.inspector.locator('.alternative').nth(1);
    const name = await alternative.locator('.token').innerText();
    await alternative.click();
    assert.equal((await demo.inspector.locator('.facts .token').innerText()).trim(), name.trim());
    assert.equal(await demo.cells('locked').count(), 2);
    await demo.button('Remask all').click();
    assert.equal(await demo.cells('masked').count(), (await demo.cells().count()) - 2);
    await demo.run('Go on');
    assert.equal(await demo.cells('masked').count(), 0);
    assert.equal(await demo.cells('locked').count(), 2);
  });

  it('keeps what it shows when it is hidden', async () => {
    const text = await demo.lane().locator('.canvas').innerText();
    await demo.pick('Text');
    await code.openFile('a.js');
    await code.page.locator('.tab', { hasText: TITLE }).click();
    demo = new DemoPage(await code.webviewFrame(TITLE));
    await demo.cells('committed').nth(39).waitFor();
    assert.equal(await demo.field('Tokens').inputValue(), '40');
    assert.equal(await demo.cells('locked').count(), 2);
    await demo.pick('Grid');
    assert.equal(await demo.lane().locator('.canvas').innerText(), text);
  });

  it('keeps it when the window is reloaded, and goes on from there', async () => {
    const text = await demo.lane().locator('.canvas').innerText();
    await code.reload();
    demo = new DemoPage(await code.webviewFrame(TITLE));
    await demo.cells('committed').nth(39).waitFor();
    assert.equal(await demo.lane().locator('.canvas').innerText(), text);
    assert.equal(await demo.field('Tokens').inputValue(), '40');
    assert.equal(await demo.cells('locked').count(), 2);
    await demo.cells().first().focus();
    await code.press('Delete');
    await demo.run('Go on');
    assert.equal(await demo.cells('masked').count(), 0);
  });

  it('does not move where VS Code is told to reduce motion', async () => {
    assert.equal(await demo.movesAtTheEnd(), false);
  });

  it('compares samplings on a hole in a text, and shows how sure the model is of each token', async () => {
    await demo.pick('A text with holes');
    await demo.pick('Samplings');
    await demo.pick('Text');
    const text = demo.field('Text').first();
    await text.fill('function add(a, b) {\n  return a + b;\n}\n');
    // Select “a + b” and let the button mark it.
    for (const key of ['Control+Home', 'ArrowDown', ...Array<string>(9).fill('ArrowRight')])
      await text.press(key);
    for (let i = 0; i < 'a + b'.length; i++) await text.press('Shift+ArrowRight');
    await demo.button('mask the selection').click();
    assert.equal(await text.inputValue(), 'function add(a, b) {\n  return [MASK];\n}\n');
    await demo.field('Tokens per hole').fill('6');
    await demo.run();
    for (const [lane, name] of ['greedy', 'multinomial'].entries()) {
      assert.equal(await demo.lane(lane).locator('h2').innerText(), name);
      assert.equal(await demo.cells('committed', lane).count(), 6);
      const shown = await demo.lane(lane).locator('.canvas').innerText();
      assert.ok(shown.startsWith('function add(a, b) {\n  return '), shown);
    }
    await demo.button('Heat map').click();
    await demo.lane(1).and(demo.root.locator('.heat')).waitFor();
    await demo.cells(undefined, 1).first().click();
    assert.notEqual(await demo.inspector.locator('.alternative').count(), 0);
    await code.screenshot('demo-heat');
    await demo.button('Heat map').click();
    assert.equal(await demo.root.locator('.lane.heat').count(), 0);
  });

  it('explores lengths', async () => {
    await demo.pick('Lengths');
    await demo.field('Lengths, in tokens').fill('2, 5 9');
    await demo.run();
    for (const [lane, length] of [2, 5, 9].entries())
      assert.ok((await demo.cells('committed', lane).count()) >= length);
    assert.equal(await demo.root.locator('.lane.best').count(), 1);
    await code.screenshot('demo-lengths');
  });

  it('saves a trace and opens it again', async () => {
    await demo.button('Save trace').click();
    const box = code.page.locator('.quick-input-widget:visible input[type=text]');
    // The dialog writes its own proposal first.
    await waitUntil(
      async () => (await box.inputValue()).endsWith('llada-trace.json'),
      () => 'The dialog proposed no name.',
    );
    await box.fill(path.join(code.folder, 'kept.json'));
    await box.press('Enter');
    await demo.status.filter({ hasText: 'Saved as kept.json.' }).waitFor();
    const saved = readFileSync(path.join(code.folder, 'kept.json'), 'utf8');
    const shown = await demo.root.locator('.lane .canvas').allInnerTexts();
    await demo.pick('One run');
    await demo.run();
    assert.equal(await demo.root.locator('.lane').count(), 1);
    await demo.open('kept.json', saved);
    await demo.status.filter({ hasText: 'kept.json is open.' }).waitFor();
    assert.deepEqual(await demo.root.locator('.lane .canvas').allInnerTexts(), shown);
  });

  it('says what is missing where there is no hole, and stops when told to', async () => {
    await demo.field('Text').first().fill('no hole');
    await demo.button('Run').click();
    await demo.root.locator('#status.problem', { hasText: '[MASK]' }).waitFor();
    await demo.pick('Nothing');
    await demo.pick('One run');
    await demo.field('Tokens').fill('400');
    await demo.button('Run').click();
    // Not those of the run before.
    await demo.cells('masked').nth(200).waitFor();
    await demo.cells('committed').first().waitFor();
    await demo.button('Stop').click();
    await demo.status.filter({ hasText: 'Stopped' }).waitFor();
    assert.notEqual(await demo.cells('masked').count(), 0);
    assert.notEqual(await demo.cells('committed').count(), 0);
  });

  for (const [name, [theme, kind]] of Object.entries(THEMES)) {
    it(`has nothing that axe-core objects to (${name})`, async () => {
      const settings = path.join(code.folder, '.vscode/settings.json');
      writeFileSync(settings, JSON.stringify({ 'workbench.colorTheme': theme }));
      await waitUntil(
        () => demo.evaluate<boolean>(`document.body.classList.contains('${kind}')`),
        () => `The theme never became ${theme}.`,
      );
      await demo.cells('committed').first().click();
      await demo.inspector.locator('.alternative').first().waitFor();
      await code.screenshot(`demo-${name}`);
      assert.deepEqual(await demo.violations(), []);
    });
  }
});
