import type { CellView } from '../../engine/index';

/**
 * How sure the model was of a completion: the geometric mean of its tokens' probabilities, 0–1; 1 for no tokens. Only
 * the tokens that reach into the text that is offered count.
 *
 * @param cells of the hole, all committed as far as the text goes
 * @param text what the filters have kept: a beginning of the cells' text
 */
function confidenceOf(cells: readonly CellView[], text: string): number {
  let sum = 0;
  let count = 0;
  let length = 0;
  for (const cell of cells) {
    if (length >= text.length || cell.masked) break;
    sum += Math.log(Math.max(cell.confidence, Number.MIN_VALUE));
    count++;
    length += cell.text.length;
  }
  return count === 0 ? 1 : Math.exp(sum / count);
}

/** The completion, or '' when the model was less sure than that. */
export function dropUnsure(text: string, cells: readonly CellView[], least: number): string {
  return confidenceOf(cells, text) < least ? '' : text;
}
