import { shownChance, type CellView, type Chooser } from '../../engine/index';

/**
 * The probabilities of the tokens that reach into a text.
 *
 * @param cells of the hole, all committed as far as the text goes
 * @param text what the filters have kept: a beginning of the cells' text
 */
export function confidencesIn(
  cells: readonly Pick<CellView, 'text' | 'masked' | 'confidence'>[],
  text: string,
): number[] {
  const confidences: number[] = [];
  let length = 0;
  for (const cell of cells) {
    if (length >= text.length || cell.masked) break;
    confidences.push(cell.confidence);
    length += cell.text.length;
  }
  return confidences;
}

/** The completion, or '' when it is less likely right than that; one of no tokens is sure. */
export function dropUnsure(
  text: string,
  cells: readonly CellView[],
  least: number,
  chooser: Chooser | undefined,
): string {
  const confidences = confidencesIn(cells, text);
  return confidences.length > 0 && shownChance(confidences, chooser) < least ? '' : text;
}
