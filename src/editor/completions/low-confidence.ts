import { drawnChance, type CellView, type Chooser } from '../../engine/index';

/**
 * The chance that a completion is right, 0–1; 1 for no tokens. Only the tokens that reach into the text that is offered
 * count.
 *
 * @param cells of the hole, all committed as far as the text goes
 * @param text what the filters have kept: a beginning of the cells' text
 */
function chanceOf(cells: readonly CellView[], text: string, chooser: Chooser | undefined): number {
  const confidences: number[] = [];
  let length = 0;
  for (const cell of cells) {
    if (length >= text.length || cell.masked) break;
    confidences.push(cell.confidence);
    length += cell.text.length;
  }
  return confidences.length === 0 ? 1 : drawnChance(confidences, chooser);
}

/** The completion, or '' when it is less likely right than that. */
export function dropUnsure(
  text: string,
  cells: readonly CellView[],
  least: number,
  chooser: Chooser | undefined,
): string {
  return chanceOf(cells, text, chooser) < least ? '' : text;
}
