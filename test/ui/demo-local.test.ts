import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { atExit } from '../../scripts/setup/at-exit';
import { launchChromium } from '../../scripts/vscode/chromium';
import { ARTIFACTS, ROOT } from '../../scripts/setup/paths';
import type { TraceStep } from '../../src/demo/trace';
import { readTraceFile, writeTraceFile } from '../../src/demo/trace-file';
import { isRunning } from '../../src/engine/model/runtime/is-running';
import { runOf, token, traceOf } from '../support/demo/traces';
import { DemoPage } from '../../scripts/vscode/drive/demo-page';
import { WAIT_MS, waitUntil } from '../../scripts/vscode/drive/wait';

/** A text with a hole in which later words depend on the first one. */
const SUMMED = `/** The sum of the prices of all items. */
function totalPrice(items) {
  let [MASK]
  return total;
}
`;

/** Status of a request to the server, with headers that a browser would not let a page set. */
async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const request = httpRequest(url, { headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** Indices of the cells that a step commits and masks again. */
interface StepChanges {
  readonly committed: readonly number[];
  readonly remasked: readonly number[];
}

describe('npm run demo', function () {
  // One test goes on where the one before has ended: a second attempt would begin elsewhere.
  this.retries(0);
  let server: ChildProcess;
  let url: string;
  let browser: Browser;
  let page: Page;
  let demo: DemoPage;
  const problems: string[] = [];
  before(async () => {
    server = spawn(process.execPath, [path.join(ROOT, 'dist/cli.js'), 'demo'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atExit(() => server.kill('SIGKILL'));
    let output = '';
    server.stdout!.on('data', (data: Buffer) => (output += data.toString()));
    await waitUntil(
      () => Promise.resolve(/http:\S+/.test(output)),
      () => `No address was printed: ${output}`,
    );
    url = /http:\S+/.exec(output)![0];
    browser = await launchChromium();
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      acceptDownloads: true,
    });
    page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(url);
    demo = new DemoPage(page);
  });
  after(async () => {
    await browser.close();
    server.kill('SIGKILL');
  });

  const picture = (name: string): Promise<Buffer> =>
    page.screenshot({
      path: path.join(ARTIFACTS, 'screenshots', `demo-local-${name}.png`),
      animations: 'disabled',
    });

  it('is the same page on the same engine', async () => {
    await demo.field('Tokens').fill('24');
    await demo.run();
    assert.equal(await demo.cells('committed').count(), 24);
    await picture('grid');
    await demo.pick('Text');
    await demo.cells().nth(3).click();
    await picture('text');
  });

  it('keeps what it shows over a reload', async () => {
    const text = await demo.lane().locator('.canvas').innerText();
    await page.reload();
    await demo.cells('committed').nth(23).waitFor();
    assert.equal(await demo.lane().locator('.canvas').innerText(), text);
    assert.equal(await demo.field('Tokens').inputValue(), '24');
  });

  it('moves, unless the user prefers reduced motion', async () => {
    assert.equal(await demo.movesAtTheEnd(), true);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await demo.movesAtTheEnd(), false);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it('unmasks in the order, by the schedule and with the remasking that are picked', async () => {
    /** Runs with what is picked, and reads the trace: the cells that each step commits, and those that it masks again. */
    const trace = async (picked: Readonly<Record<string, string>>): Promise<StepChanges[]> => {
      for (const [name, value] of Object.entries(picked))
        await page.locator(`select[name=${name}]`).selectOption(value);
      await demo.run();
      const [file] = await Promise.all([page.waitForEvent('download'), demo.button('Save trace').click()]);
      const { lanes } = readTraceFile(readFileSync(await file.path(), 'utf8'));
      const indices = ({ changes }: TraceStep, masked: boolean): number[] =>
        changes.filter(({ cell }) => cell.masked === masked).map(({ index }) => index);
      const steps = lanes[0]!.steps.slice(1);
      return steps.map((step) => ({ committed: indices(step, false), remasked: indices(step, true) }));
    };
    await demo.field('Steps').fill('6');
    const linear = await trace({ order: 'left', schedule: 'linear', remasking: 'none' });
    assert.deepEqual(
      linear.flatMap(({ committed }) => committed),
      Array.from({ length: 24 }, (_, i) => i),
    );
    assert.deepEqual(
      linear.map(({ committed }) => committed.length),
      Array<number>(6).fill(4),
    );
    const cosine = await trace({ order: 'right', schedule: 'cosine' });
    assert.equal(cosine.length, 6);
    assert.ok(cosine[0]!.committed.length < 4);
    assert.ok(cosine[0]!.committed.includes(23));
    assert.deepEqual(
      [...linear, ...cosine].flatMap(({ remasked }) => remasked),
      [],
    );
    const remasking = await trace({ order: 'confidence', remasking: 'remdm-rescale' });
    assert.notDeepEqual(
      remasking.flatMap(({ remasked }) => remasked),
      [],
    );
    await trace({ schedule: 'linear', remasking: 'none' });
  });

  it('saves traces and animations as the browser does', async () => {
    for (const [button, name, start] of [
      ['Save trace', 'llada-trace.json', '{"format":"llada-trace"'],
      ['Save animation', 'llada-unmasking.svg', '<svg xmlns='],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), demo.button(button).click()]);
      assert.equal(download.suggestedFilename(), name);
      const content = readFileSync(await download.path(), 'utf8');
      assert.ok(content.startsWith(start), content.slice(0, 100));
      if (name.endsWith('.svg')) {
        const svg = await browser.newPage();
        await svg.goto(`data:image/svg+xml,${encodeURIComponent(content)}`);
        // A browser shows an error instead of what is not well-formed.
        assert.equal(await svg.locator('svg').count(), 1);
        assert.equal(await svg.locator('parsererror').count(), 0);
        await svg.close();
      }
    }
  });

  it('shows hostile traces as the text they are, and refuses broken ones', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const title = await page.title();
    const alternatives = [{ token: 5, text: hostile, probability: 0.5 }];
    const steps = traceOf([hostile, '"\'>', 'x']);
    steps.push({
      ...steps[0]!,
      t: 0,
      edited: true,
      changes: [{ hole: 0, index: 2, cell: token(hostile, 4, { alternatives }) }],
    });
    const run = runOf([{ label: hostile, steps, problem: hostile }], [hostile, hostile]);
    await demo.open(`${hostile.replaceAll('/', '')}.json`, writeTraceFile(run));
    await demo.status.filter({ hasText: 'is open.' }).waitFor();
    await demo.cells().nth(2).click();
    assert.equal(await demo.lane().locator('h2').innerText(), hostile);
    assert.equal(await demo.lane().locator('.problem').innerText(), hostile);
    assert.ok((await demo.lane().locator('.context').first().innerText()).includes('<script>'));
    assert.ok((await demo.inspector.locator('.alternative').innerText()).includes('<script>'));
    assert.equal(await page.locator('main img, main script, form img, form script').count(), 0);
    assert.equal(await page.title(), title);
    await picture('hostile');
    for (const [content, problem] of [
      ['<html>', /not JSON/],
      ['{"format":"llada-trace","version":99}', /version 99/],
      ['{"format":"llada-trace","version":1,"run":{"from":"nothing"}}', /damaged at run\.around/],
    ] as const) {
      await demo.open('broken.json', content);
      await demo.status.filter({ hasText: problem }).waitFor();
    }
    assert.equal(await demo.lane().locator('h2').innerText(), hostile);
  });

  it('shows what the model doubts before and after an edit, side by side', async () => {
    await demo.pick('A text with holes');
    await demo.pick('Text');
    await demo.field('Text').first().fill(SUMMED);
    await demo.field('Tokens per hole').fill('14');
    await demo.run();
    // Whatever the model has written, its first token becomes another one.
    await demo.cells().first().click();
    await demo.inspector.locator('.alternative').last().click();
    await demo.button('Heat map').click();
    await demo.status.filter({ hasText: 'Framed' }).waitFor();
    assert.deepEqual(await page.locator('.lane.heat h2').allInnerTexts(), [
      'greedy, before the edit',
      'greedy, after the edit',
    ]);
    const [before, after] = await page.locator('.lane .canvas').allInnerTexts();
    assert.notEqual(before, after);
    // What is there to be compared is read, not changed.
    await demo.cells(undefined, 0).nth(1).focus();
    await page.keyboard.press('m');
    assert.equal(await demo.cells('masked', 0).count(), 0);
    await page.keyboard.press('ArrowRight');
    await demo.cells(undefined, 1).nth(1).click();
    assert.equal(await demo.cells('selected', 1).count(), 1);
    for (const theme of ['vscode-dark', 'vscode-light', 'vscode-high-contrast']) {
      await demo.field('Theme').selectOption(theme);
      await picture(`before-after-${theme}`);
      assert.deepEqual(await demo.violations(), []);
    }
    await demo.button('Heat map').click();
    assert.equal(await page.locator('.lane').count(), 1);
  });

  for (const theme of ['vscode-dark', 'vscode-light', 'vscode-high-contrast', 'vscode-high-contrast-light']) {
    it(`has nothing that axe-core objects to (${theme})`, async () => {
      await demo.field('Theme').selectOption(theme);
      await picture(theme);
      assert.deepEqual(await demo.violations(), []);
    });
  }

  it('fits a narrow window', async () => {
    await page.setViewportSize({ width: 420, height: 900 });
    await picture('narrow');
    assert.ok(await demo.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'));
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('keeps to its content security policy and throws nothing', () => assert.deepEqual(problems, []));

  it('answers nobody who does not know its address, or comes under another name', async () => {
    const { origin, host } = new URL(url);
    assert.equal(await statusOf(url, {}), 200);
    assert.equal(await statusOf(`${origin}/`, {}), 404);
    assert.equal(await statusOf(`${origin}/${'A'.repeat(32)}/`, {}), 404);
    assert.equal(await statusOf(url, { host: 'evil.example' }), 404);
    assert.equal(await statusOf(`${url}..%2fpackage.json`, {}), 404);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    assert.equal(await statusOf(`${url}socket`, { ...upgrade, host, origin: 'http://evil.example' }), 403);
    assert.equal(await statusOf(`${origin}/x/socket`, { ...upgrade, host, origin }), 403);
  });

  it('leaves nothing running after Ctrl-C, and the page says so', async () => {
    const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
    const engines = children.trim().split(' ').map(Number);
    assert.equal(engines.length, 1);
    const exited = once(server, 'exit');
    server.kill('SIGINT');
    assert.deepEqual(await exited, [130, null]);
    await waitUntil(
      () => Promise.resolve(!isRunning(engines[0]!)),
      () => 'The engine outlived the server.',
    );
    await demo.status.filter({ hasText: 'The server has ended' }).waitFor();
  });
});
