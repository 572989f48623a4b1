import type { Remasking } from '../contract/reverse-process';
import type { Random } from './random';

/** Random remasking, in one of three forms. */
export type ReMdm = Extract<Remasking, `remdm-${string}`>;

/** The strength when the caller gives none; that of `revoke` is WINO's own. */
export const DEFAULT_STRENGTH: Readonly<Record<Remasking, number>> = {
  none: 0,
  'remdm-cap': 0.02,
  'remdm-rescale': 0.05,
  'remdm-confidence': 1,
  revoke: 0.9,
};

/** Where a block stands when a step begins. */
export interface BlockState {
  /** Cells of the block that are masked, or committed and free to be remasked. */
  readonly size: number;
  readonly masks: number;
  /** How many more of its cells the schedule wants committed after the step, ≥ 1. */
  readonly share: number;
}

/**
 * ReMDM (Wang et al., arXiv 2503.00307): each committed token is remasked with probability σ, so that later
 * steps can correct it. With α the share of committed tokens before (α_t) and after the step (α_s),
 * σ_max = min(1, (1 − α_s)/α_t), and
 *
 * - `remdm-cap`: σ = min(strength, σ_max)
 * - `remdm-rescale`: σ = strength · σ_max
 * - `remdm-confidence`: σ_i = strength · σ_max · softmax(−ψ)_i, ψ the probabilities the tokens were committed with
 *
 * As many more masks are to be committed in the same step, so that the schedule is kept and the process ends with it:
 * σ_max is zero in its last step.
 *
 * @param confidences ψ of the tokens that may be remasked
 * @returns indices into `confidences`, no more than there will be masks left; the least probable ones where some must
 *   be left out
 */
export function drawRemasked(
  kind: ReMdm,
  strength: number,
  { size, masks, share }: BlockState,
  confidences: readonly number[],
  random: Random,
): number[] {
  const left = masks - share;
  if (left <= 0 || confidences.length === 0) return [];
  const before = (size - masks) / size;
  const most = Math.min(1, left / size / before);
  const sigmas = remaskingProbabilities(kind, strength, most, confidences);
  return [...confidences.keys()]
    .filter((i) => random.uniform() < sigmas[i]!)
    .sort((a, b) => confidences[a]! - confidences[b]! || a - b)
    .slice(0, left);
}

function remaskingProbabilities(
  kind: ReMdm,
  strength: number,
  most: number,
  confidences: readonly number[],
): number[] {
  if (kind === 'remdm-cap') return confidences.map(() => Math.min(strength, most));
  if (kind === 'remdm-rescale') return confidences.map(() => strength * most);
  const weights = confidences.map((confidence) => Math.exp(-confidence));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (strength * most * weight) / sum);
}

/**
 * WINO (Hong et al., arXiv 2507.18578): “wide in” commits everything above a low threshold, “narrow out” takes back what
 * the mask predictor, seeing the rest, now finds less probable than a high one. Nothing is taken back by a step that
 * commits a single token, and fewer tokens than the step before committed: every step but the last then gains on the
 * masks, on the whole, and the process ends in as many steps as there were masks and free tokens at its start.
 *
 * @param strength the high threshold, 0–1
 * @param probabilities of the committed tokens, now
 * @param committed tokens that this step commits
 * @param before tokens that the step before committed; Infinity for the first
 * @returns indices into `probabilities`
 */
export function chooseRevoked(
  strength: number,
  probabilities: readonly number[],
  committed: number,
  before: number,
): number[] {
  if (committed <= 1) return [];
  return [...probabilities.keys()]
    .filter((i) => probabilities[i]! < strength)
    .sort((a, b) => probabilities[a]! - probabilities[b]! || a - b)
    .slice(0, before - 1);
}
