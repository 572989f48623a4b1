import { shownChance, type CellView, type Chooser } from '../../engine/index';

type WrittenCell = Pick<CellView, 'text' | 'masked' | 'confidence'>;

/** A word with its accents, or another character that is not white. */
const PIECE = /[\p{L}\p{M}\p{N}_$]+|[^\p{L}\p{M}\p{N}_$\s]/gu;

/** A beginning of a completion. */
export interface BeginningShown {
  readonly text: string;
  /** Of the tokens that reach into it, 0–1. */
  readonly confidences: readonly number[];
}

/**
 * The beginnings of a completion that cut no word, shortest first, the whole last.
 *
 * @param text what the filters have kept: a beginning of the cells' text
 * @param cells of the hole, all committed as far as the text goes
 */
export function beginningsOf(text: string, cells: readonly WrittenCell[]): BeginningShown[] {
  const ends = [...text.matchAll(PIECE)].map(({ index, 0: { length } }) => index + length);
  const places = [...new Set([...ends, text.length])].filter((end) => end > 0);
  return places.map((end) => ({ text: text.slice(0, end), confidences: confidencesIn(cells, end) }));
}

/**
 * The longest beginning of a completion that is at least so likely right, to the end of a word; '' for none. A text of no
 * tokens is sure.
 *
 * @param least 0–1; 0 keeps everything
 */
export function sureBeginning(
  text: string,
  cells: readonly WrittenCell[],
  least: number,
  chooser: Chooser | undefined,
): string {
  const sure = beginningsOf(text, cells).findLast(
    ({ confidences }) => confidences.length === 0 || shownChance(confidences, chooser) >= least,
  );
  return sure?.text ?? '';
}

/** The greatest chance of any beginning, 0–1; 0 where there is none, or the bundle has no coefficients to tell it by. */
export function likeliestChance(
  text: string,
  cells: readonly WrittenCell[],
  chooser: Chooser | undefined,
): number {
  if (!chooser?.shown) return 0;
  const chances = beginningsOf(text, cells).map(({ confidences }) => shownChance(confidences, chooser));
  return Math.max(0, ...chances);
}

/** The probabilities of the tokens that reach into so many characters. */
function confidencesIn(cells: readonly WrittenCell[], characters: number): number[] {
  const confidences: number[] = [];
  let length = 0;
  for (const cell of cells) {
    if (length >= characters || cell.masked) break;
    confidences.push(cell.confidence);
    length += cell.text.length;
  }
  return confidences;
}
