import type { CellView, Step } from '../../engine/index';
import { cutText, type CutRules, type CutText } from './cut-text';

/** A byte sequence that is not a whole character yet shows so in a cell. */
const INCOMPLETE = '\uFFFD';

/**
 * A fill as a text that only grows, though steps fill masks in any order: what stands before the first mask and will stay.
 * A character made of several tokens is held back until the fill has ended, the beginning of a stop word until it is none.
 * Texts have LF; who sends them puts the document's line ending back.
 */
export class GrowingText {
  #sent = 0;
  #now: CutText = { text: '', cut: undefined, settled: 0 };

  constructor(private readonly rules: CutRules) {}

  /** True when a rule has ended it: nothing that comes can change it. */
  get ended(): boolean {
    return this.#now.cut !== undefined;
  }

  get cut(): CutText['cut'] {
    return this.#now.cut;
  }

  /** The text so far; all of it once the last step was taken. */
  get text(): string {
    return this.#now.text;
  }

  /** @returns what is to be added to what was returned before */
  take(step: Step): string {
    const text = step.done ? lf(step.texts[0] ?? '') : settledText(step.holes[0] ?? []);
    // What is sent cannot be taken back. Only incomplete characters are drawn anew, and those have not been sent.
    if (!text.startsWith(this.#now.text.slice(0, this.#sent))) return '';
    this.#now = cutText(text, this.rules);
    const until = step.done ? this.#now.text.length : this.#now.settled;
    const more = this.#now.text.slice(this.#sent, Math.max(this.#sent, until));
    this.#sent += more.length;
    return more;
  }
}

/** The cells before the first mask, as far as they are whole characters. */
function settledText(cells: readonly CellView[]): string {
  const open = cells.findIndex(({ masked, text }) => masked || text.includes(INCOMPLETE));
  return cells
    .slice(0, open < 0 ? cells.length : open)
    .map(({ text }) => text)
    .join('');
}

/** The text with LF for every line ending. */
export function lf(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
