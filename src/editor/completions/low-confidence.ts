import { chanceOf, drawnEvidence, type CellView, type Chooser } from '../../engine/index';

/**
 * How sure one can be of a completion, 0–1: the chance that it is right, as the model's coefficients tell it from the
 * probabilities of its tokens; for a model without any the geometric mean of these; 1 for no tokens. Only the tokens that
 * reach into the text that is offered count.
 *
 * @param cells of the hole, all committed as far as the text goes
 * @param text what the filters have kept: a beginning of the cells' text
 */
function confidenceOf(cells: readonly CellView[], text: string, chooser: Chooser | undefined): number {
  const offered: CellView[] = [];
  let length = 0;
  for (const cell of cells) {
    if (length >= text.length || cell.masked) break;
    offered.push(cell);
    length += cell.text.length;
  }
  if (offered.length === 0) return 1;
  const evidence = drawnEvidence(offered.map(({ confidence }) => confidence));
  return chooser ? chanceOf(evidence, chooser) : Math.exp(evidence.drawnMean);
}

/** The completion, or '' when the model was less sure than that. */
export function dropUnsure(
  text: string,
  cells: readonly CellView[],
  least: number,
  chooser: Chooser | undefined,
): string {
  return confidenceOf(cells, text, chooser) < least ? '' : text;
}
