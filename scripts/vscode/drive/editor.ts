import type { Locator, Page } from 'playwright-core';
import { takeFromPalette } from './palette';
import { waitUntil } from './wait';

const EDITOR = '.editor-group-container.active .monaco-editor';
const GHOST = '.ghost-text, .ghost-text-decoration, .ghost-text-decoration-preview';

// Run in the page, so written as text: this project's TypeScript knows no DOM.
const LINES = `[...document.querySelectorAll('${EDITOR} .view-lines > .view-line')]
  .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))`;
const VISIBLE_TEXT = `${LINES}.map((line) => {
  const copy = line.cloneNode(true);
  for (const ghost of copy.querySelectorAll('${GHOST}')) ghost.remove();
  return copy.textContent.replaceAll('\\u00a0', ' ');
}).join('\\n')`;
// The first line of a ghost text is a few spans in the document's line, the others are blocks of their own below it.
const GHOST_TEXT = `(() => {
  const rows = new Map();
  for (const ghost of document.querySelectorAll('${EDITOR} :is(${GHOST})')) {
    if (ghost.parentElement.closest('${GHOST}')) continue;
    const inside = [...ghost.querySelectorAll('.view-line')];
    for (const part of inside.length > 0 ? inside : [ghost]) {
      const { top, left } = part.getBoundingClientRect();
      const row = Math.round(top / 4);
      rows.set(row, [...(rows.get(row) ?? []), { left, text: part.textContent }]);
    }
  }
  return [...rows].sort(([a], [b]) => a - b)
    .map(([, parts]) => parts.sort((a, b) => a.left - b.left).map(({ text }) => text).join(''))
    .join('\\n').replaceAll('\\u00a0', ' ');
})()`;
const DECORATION_TEXTS = `${LINES}.flatMap((line) => [...line.querySelectorAll('*')])
  .flatMap((element) => ['::before', '::after'].map((side) => getComputedStyle(element, side).content))
  .filter((content) => content.startsWith('"') && content !== '""')
  .map((content) => JSON.parse(content))`;

/** Line and column, 1-based as VS Code shows them. */
export type EditorPosition = readonly [line: number, column: number];

/** The text editor of a window: what a user sees in it and does to it by keyboard. */
export class Editor {
  /** The lines of the active group's editor that are on the screen. */
  readonly lines: Locator;

  constructor(readonly page: Page) {
    this.lines = page.locator(`${EDITOR} .view-lines > .view-line`);
  }

  /** The document's text as far as it is on the screen, without ghost text and decorations. Lines end with LF. */
  editorText(): Promise<string> {
    return this.page.evaluate<string>(VISIBLE_TEXT);
  }

  /** Waits until the text on the screen matches, and returns it. */
  async waitForText(pattern: RegExp): Promise<string> {
    let text = '';
    await waitUntil(
      async () => {
        text = await this.editorText();
        return pattern.test(text);
      },
      () => `The editor never matched ${String(pattern)}; it shows:\n${text}`,
    );
    return text;
  }

  /** Puts the cursor somewhere. */
  async goTo([line, column]: EditorPosition): Promise<void> {
    await takeFromPalette(this.page, `:${line}:${column}`, `line ${line}`);
  }

  /** Selects from one place to another. */
  async select(from: EditorPosition, to: EditorPosition): Promise<void> {
    await this.goTo(from);
    await this.chord('Control+b');
    await this.goTo(to);
    await this.chord('Control+k');
  }

  /** Selection anchors: Ctrl+K Ctrl+B sets one, Ctrl+K Ctrl+K selects from there. */
  private async chord(second: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.keyboard.press(second);
  }

  /** Types at the cursor as a person does, key by key. */
  async typeText(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 30 });
  }

  /** Presses a key or a combination, in Playwright's names: `Tab`, `Control+z`. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Waits for ghost text and returns it; lines are joined by LF. */
  async ghostText(): Promise<string> {
    let text = '';
    await waitUntil(
      async () => (text = await this.page.evaluate<string>(GHOST_TEXT)) !== '',
      () => 'No ghost text appeared.',
    );
    return text;
  }

  /** The texts that decorations write before and after text (masks, appearing tokens), in the order of the screen. */
  decorationTexts(): Promise<string[]> {
    return this.page.evaluate<string[]>(DECORATION_TEXTS);
  }

  /** The first link above a line (a code lens) that contains a text. */
  codeLens(title: string): Locator {
    return this.page.locator('.codelens-decoration a', { hasText: title }).first();
  }
}
