import type { Random } from './random';
import type { Proposal } from './sampling';

/** Which masked positions a step commits first. */
export const UNMASKING_ORDERS = ['random', 'confidence', 'margin', 'entropy', 'left', 'right'] as const;
export type UnmaskingOrder = (typeof UNMASKING_ORDERS)[number];

/**
 * Ranks masked positions, first to be committed first; ties go to the left.
 *
 * - `random`: uniformly at random (LLaDA, arXiv 2502.09992, algorithm 4)
 * - `confidence`: most probable proposal first, LLaDA's low-confidence remasking (algorithm 5)
 * - `margin`: largest lead of the most probable token first (Kim et al., arXiv 2502.06768, section 4)
 * - `entropy`: lowest entropy first (Dream, arXiv 2508.15487)
 * - `left`, `right`: from that end
 *
 * @param proposals one per masked position, left to right
 * @returns indices into `proposals`
 */
export function rankPositions(
  order: UnmaskingOrder,
  proposals: readonly Proposal[],
  random: Random,
): number[] {
  const keys = proposals.map((proposal, i) => rankingKey(order, proposal, i, random));
  return keys.map((_, i) => i).sort((a, b) => keys[b]! - keys[a]! || a - b);
}

function rankingKey(order: UnmaskingOrder, proposal: Proposal, i: number, random: Random): number {
  switch (order) {
    case 'random':
      return random.uniform();
    case 'confidence':
      return proposal.probability;
    case 'margin':
      return proposal.margin;
    case 'entropy':
      return -proposal.entropy;
    case 'left':
      return -i;
    case 'right':
      return i;
  }
}
