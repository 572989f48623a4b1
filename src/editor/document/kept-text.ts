import type * as vscode from 'vscode';
import type { TextChange } from './region-tracker';

/**
 * A document's text before its next change: events do not say what went. It is kept by the changes themselves, since a
 * document puts its lines together anew after each: half a millisecond at 10,000 lines, ten times of what this takes.
 */
export class KeptText {
  #text: string;

  constructor(readonly document: vscode.TextDocument) {
    this.#text = document.getText();
  }

  get text(): string {
    return this.#text;
  }

  /** Takes in the changes of the document's last event. */
  follow(changes: readonly TextChange[]): void {
    this.#text = textAfter(this.#text, changes);
    const { document } = this;
    const length = document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
    // Whatever VS Code may leave out of an event: a wrong text would stay wrong.
    if (this.#text.length !== length) this.#text = document.getText();
  }
}

/** A text after the changes of one event, which come as VS Code makes them: from the last place to the first. */
export function textAfter(before: string, changes: readonly TextChange[]): string {
  return changes.reduce(
    (all, { rangeOffset, rangeLength, text }) =>
      all.slice(0, rangeOffset) + text + all.slice(rangeOffset + rangeLength),
    before,
  );
}
