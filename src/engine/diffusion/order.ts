import type { UnmaskingOrder } from '../contract/reverse-process';
import type { Random } from './random';
import type { Proposal } from './sampling';

/** An order that ranks the masked positions of a step. */
type RankedOrder = Exclude<UnmaskingOrder, 'ancestral'>;

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
export function rankPositions(order: RankedOrder, proposals: readonly Proposal[], random: Random): number[] {
  const keys = proposals.map((proposal, i) => rankingKey(order, proposal, i, random));
  return keys.map((_, i) => i).sort((a, b) => keys[b]! - keys[a]! || a - b);
}

function rankingKey(order: RankedOrder, proposal: Proposal, i: number, random: Random): number {
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

/**
 * Ancestral sampling of the reverse process (Sahoo et al., arXiv 2406.07524; the random remasking of the project that
 * this one grew from): t takes the values 1, 1 − 1/steps, …, 1/steps; at each,
 * every mask survives with probability t − 1/steps, independently of the others, and what does not is committed. A step
 * may commit nothing; the last one commits the rest.
 *
 * @param masks masked positions
 * @param turn steps already taken, < steps
 * @returns indices of the positions that stay masked
 */
export function ancestralSurvivors(masks: number, turn: number, steps: number, random: Random): Set<number> {
  const survival = (steps - turn - 1) / steps;
  const indices = Array.from({ length: masks }, (_, i) => i);
  return new Set(indices.filter(() => random.uniform() < survival));
}
