import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { WAIT_MS } from './wait';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** The demo page, in a webview of VS Code or in a browser's own window. */
export class DemoPage {
  readonly status: Locator;
  readonly counter: Locator;
  readonly inspector: Locator;

  constructor(readonly root: FrameLocator | Page) {
    this.status = root.locator('#status');
    this.counter = root.locator('#counter');
    this.inspector = root.locator('#inspector');
  }

  button(name: string): Locator {
    return this.root.getByRole('button', { name, exact: true });
  }

  field(name: string): Locator {
    return this.root.getByLabel(name, { exact: true });
  }

  lane(index = 0): Locator {
    return this.root.locator('.lane').nth(index);
  }

  cells(kind?: 'masked' | 'committed' | 'locked' | 'selected', lane = 0): Locator {
    return this.lane(lane).locator(kind ? `.cell.${kind}` : '.cell');
  }

  /** Takes one of a few: what to start from, what to show, the view. */
  async pick(name: string): Promise<void> {
    await this.root.getByRole('radio', { name, exact: true }).check();
  }

  /** Runs to the end, which a few steps may reach before anything else can be seen of it. */
  async run(button = 'Run'): Promise<void> {
    await this.root.locator('body').evaluate(`document.querySelector('#status').textContent = ''`);
    await this.button(button).click();
    await this.status.filter({ hasText: /^Done/ }).waitFor();
  }

  /** Position of the step shown, and of the last one. */
  async steps(): Promise<readonly [at: number, last: number]> {
    const [at, last] = (await this.counter.innerText()).split(' / ').map(Number);
    return [at!, last!];
  }

  /** Opens a trace file. */
  async open(name: string, content: string): Promise<void> {
    await this.root
      .locator('#file')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
  }

  /** Evaluates an expression in the page; as text, because this project's TypeScript knows no DOM. */
  evaluate<T>(expression: string): Promise<T> {
    return this.root.locator('body').evaluate(expression, undefined, { timeout: WAIT_MS });
  }

  /** Tells if anything moves when the last step is shown again. */
  async movesAtTheEnd(): Promise<boolean> {
    const position = (value: number): string =>
      `position.value = ${value}; position.dispatchEvent(new Event('input'))`;
    return this.evaluate<boolean>(`(() => {
      const position = document.querySelector('#position');
      for (const animation of document.getAnimations()) animation.finish();
      ${position(0)};
      document.body.getBoundingClientRect();
      ${position(9999)};
      return document.getAnimations().length > 0;
    })()`);
  }

  /** The faults that axe-core finds with the page as it is, and where. */
  async violations(): Promise<string[]> {
    await this.evaluate(`${AXE};undefined`);
    // A token that is fading in has not got its contrast yet.
    await this.evaluate(
      `Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => 0))).then(() => 0)`,
    );
    return this.evaluate<string[]>(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => id + ': ' + node.target.join(' ') + ' – ' + (node.any[0]?.message ?? ''))))`,
    );
  }
}
