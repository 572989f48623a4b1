import type { Proposal } from './sampling';

/** When a step may commit more tokens than its share. */
export interface ParallelRules {
  /** Every proposal at least this probable, 0–1; 0 is off (Fast-dLLM, arXiv 2505.22618, section 3.3). */
  readonly threshold: number;
  /** The n most probable ones for the largest n with (n + 1)(1 − pₙ) ≤ this, ≥ 0; 0 is off (Fast-dLLM's factor). */
  readonly thresholdFactor: number;
  /**
   * The first n in the step's order for the largest n whose entropies less their largest sum to at most this, in nats;
   * 0 is off (EB-sampler, Ben-Hamu et al., arXiv 2505.24857).
   */
  readonly entropyBound: number;
}

/**
 * Chooses the proposals that a step commits: its share, first-ranked first, and what the rules add.
 *
 * @param ranked indices into `proposals`, first to be committed first
 * @param share how many at least
 * @returns indices into `proposals`
 */
export function chooseCommitted(
  proposals: readonly Proposal[],
  ranked: readonly number[],
  share: number,
  rules: ParallelRules,
): Set<number> {
  const chosen = new Set(ranked.slice(0, share));
  const { threshold, thresholdFactor, entropyBound } = rules;
  if (threshold > 0) {
    proposals.forEach(({ probability }, i) => {
      if (probability >= threshold) chosen.add(i);
    });
  }
  if (thresholdFactor > 0) for (const i of withinFactor(proposals, thresholdFactor)) chosen.add(i);
  if (entropyBound > 0) for (const i of withinEntropy(proposals, ranked, entropyBound)) chosen.add(i);
  return chosen;
}

function withinFactor(proposals: readonly Proposal[], factor: number): number[] {
  const sorted = [...proposals.keys()].sort((a, b) => proposals[b]!.probability - proposals[a]!.probability);
  const end = sorted.findIndex((i, n) => (n + 2) * (1 - proposals[i]!.probability) > factor);
  return end < 0 ? sorted : sorted.slice(0, end);
}

function withinEntropy(proposals: readonly Proposal[], ranked: readonly number[], bound: number): number[] {
  let sum = 0;
  let largest = 0;
  const end = ranked.findIndex((i) => {
    const { entropy } = proposals[i]!;
    sum += entropy;
    largest = Math.max(largest, entropy);
    return sum - largest > bound;
  });
  return end < 0 ? [...ranked] : ranked.slice(0, end);
}
