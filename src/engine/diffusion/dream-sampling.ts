import type { Random } from './random';
import type { Row } from './row';
import { leastAllowed, probabilityOf, sampleToken, type Choice, type Sampling } from './sampling';

/** The measures that Dream ranks masked positions by: its algorithms `maskgit_plus`, `topk_margin` and `entropy`. */
export const DREAM_ORDERS = ['confidence', 'margin', 'entropy'] as const;
export type DreamOrder = (typeof DREAM_ORDERS)[number];

/** A token drawn for a masked position. The probability is that of the softmax at temperature 1, as everywhere. */
export interface DreamProposal extends Choice {
  /** Larger ones are committed first. */
  readonly confidence: number;
}

/**
 * Draws a token and says how sure the model is of it (`sample_tokens` of Dream, arXiv 2508.15487): unlike elsewhere by the
 * distribution that it was drawn from, which temperature, top-p and top-k have changed.
 */
export function sampleDream(row: Row, sampling: Sampling, order: DreamOrder, random: Random): DreamProposal {
  if (sampling.kind === 'greedy') {
    const { token, probability, margin, entropy } = sampleToken(row, sampling, random);
    return { token, probability, confidence: { confidence: probability, margin, entropy: -entropy }[order] };
  }
  const { temperature, topP, topK } = sampling;
  const logits = row.all();
  const least = leastAllowed(logits, temperature, topP, topK);
  const largest = row.softmax().first;
  let best = { token: -1, score: -Infinity, weight: 0 };
  let [sum, weighted, first, second] = [0, 0, 0, 0];
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (logit === -Infinity || logit < least) continue;
    const below = (largest - logit) / temperature;
    const weight = Math.exp(-below);
    sum += weight;
    weighted += weight * below;
    if (weight > first) [first, second] = [weight, first];
    else if (weight > second) second = weight;
    const score = random.gumbel() - below;
    if (score > best.score) best = { token, score, weight };
  }
  const confidences = {
    confidence: best.weight / sum,
    margin: (first - second) / sum,
    entropy: -(Math.log(sum) + weighted / sum),
  };
  return { token: best.token, probability: probabilityOf(best.token, row), confidence: confidences[order] };
}

/**
 * Which of the confidences come first: the largest, or drawn without replacement from their softmax at a temperature
 * (Dream's `alg_temp`).
 *
 * @param temperature 0: the largest
 * @returns `count` indices
 */
export function chooseConfident(
  confidences: readonly number[],
  count: number,
  temperature: number,
  random: Random,
): number[] {
  // Gumbel-top-k: the largest of them are a draw without replacement.
  const keys = confidences.map((confidence) =>
    temperature > 0 ? confidence / temperature + random.gumbel() : confidence,
  );
  return [...keys.keys()].sort((a, b) => keys[b]! - keys[a]! || a - b).slice(0, count);
}
