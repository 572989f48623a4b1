import { shownChance, type Chooser } from '../../contract/chooser';
import type { Cell } from '../../diffusion/canvas';

/**
 * True when no beginning of a hole that reaches behind its committed first cells can be so likely right any more, however
 * sure the rest were: whoever shows a sure beginning has all of it. A beginning that ends with those cells counts as open,
 * since its last word may go on.
 *
 * @param most cells that the hole may come to have
 * @param least 0–1; see `shownChance`
 */
export function isSettled(
  cells: readonly Pick<Cell, 'token' | 'confidence'>[],
  most: number,
  least: number,
  chooser: Chooser | undefined,
): boolean {
  const open = cells.findIndex(({ token }) => token === undefined);
  if (open < 0) return true;
  const atBest = Array.from({ length: Math.max(most, cells.length) }, (_, i) => {
    const cell = cells[i];
    return cell?.token === undefined ? 1 : cell.confidence;
  });
  return atBest.every((_, i) => i + 1 < open || shownChance(atBest.slice(0, i + 1), chooser) < least);
}
