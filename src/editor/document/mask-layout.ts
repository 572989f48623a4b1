import { controlPicture } from '../../display/control-picture';
import type { CellView } from '../../engine/index';

/** A cell as it is drawn in the editor: a mask as wide as the text it stands for, or the committed token. */
export interface DrawnCell {
  readonly text: string;
  readonly masked: boolean;
  /** A word that the user kept. */
  readonly locked: boolean;
  /** Probability when it was committed, 0–1. */
  readonly confidence: number;
}

/** Columns of a mask where nothing is known about the text it stands for. */
const MASK_WIDTH = 3;
const NO_BREAK_SPACE = '\u00a0';

/**
 * Shares the cells of a hole out over the lines its region has, in order: by the lines' lengths, but a committed
 * newline near a line's end ends the line. The line count never changes, so nothing below the region moves.
 *
 * @param widths characters that each line of the region hides; at least one line
 * @returns the cells of each line
 */
export function layOutCells(cells: readonly CellView[], widths: readonly number[]): DrawnCell[][] {
  const total = widths.reduce((sum, width) => sum + width, 0);
  let start = 0;
  let shared = 0;
  return widths.map((width, line) => {
    shared += width;
    const last = line === widths.length - 1;
    const even = total === 0 ? 0 : Math.round((cells.length * shared) / total);
    const end = last ? cells.length : Math.max(start, snapToNewline(cells, start, even));
    const drawn = drawCells(cells.slice(start, end), width);
    start = end;
    return drawn;
  });
}

/** The end of a line that would end at `even`: after the nearest committed newline no further off than half a line. */
function snapToNewline(cells: readonly CellView[], start: number, even: number): number {
  const reach = Math.max(1, (even - start) / 2);
  const ends = cells
    .map((cell, i) => ({ end: i + 1, breaks: !cell.masked && /\n/.test(cell.text) }))
    .filter(({ end, breaks }) => breaks && end > start && Math.abs(end - even) <= reach)
    .sort((a, b) => Math.abs(a.end - even) - Math.abs(b.end - even));
  return ends[0]?.end ?? even;
}

/** Masks share the columns evenly; committed tokens are as wide as they are. */
function drawCells(cells: readonly CellView[], width: number): DrawnCell[] {
  const columns = width > 0 ? width / cells.length : MASK_WIDTH;
  return cells.map(({ text, masked, locked, confidence }, i) => {
    const maskColumns = Math.max(1, Math.round(columns * (i + 1)) - Math.round(columns * i));
    const drawn = masked ? NO_BREAK_SPACE.repeat(maskColumns) : visibleText(text);
    return { text: drawn, masked, locked, confidence };
  });
}

/**
 * A token's text on one line: a newline with its indentation as ⏎, a tab as →, other control characters as their
 * pictures, spaces that do not collapse.
 */
export function visibleText(text: string): string {
  return text
    .replace(/\r?\n[ \t]*/g, '⏎')
    .replace(/\t/g, '→')
    .replace(/\p{Cc}/gu, (control) => controlPicture(control) ?? '\ufffd')
    .replace(/ /g, NO_BREAK_SPACE);
}
