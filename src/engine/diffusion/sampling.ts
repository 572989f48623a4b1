import type { Random } from './random';
import { softmaxOf } from './softmax';

/** How a token is drawn at a position. */
export type Sampling =
  | { readonly kind: 'greedy' }
  | {
      readonly kind: 'multinomial';
      /** Softmax temperature, > 0. */
      readonly temperature: number;
      /** Only the smallest set of most probable tokens that together reach this probability, 0–1; 1 is off (Holtzman et al., arXiv 1904.09751). */
      readonly topP: number;
      /** Only the k most probable tokens; 0 is off (Fan et al., arXiv 1805.04833). */
      readonly topK: number;
    };

/** A token and its probability, 0–1. */
export interface Choice {
  readonly token: number;
  readonly probability: number;
}

/** A token proposed for a masked position. Probabilities are those of the softmax at temperature 1. */
export interface Proposal extends Choice {
  /** Probability of the most probable token less that of the second, 0–1. */
  readonly margin: number;
  /** Entropy of the whole distribution, nats. */
  readonly entropy: number;
}

/** Takes tokens out of a row of logits, in place: no draw gives them and they have no share in a probability. */
export function ban(logits: Float32Array, tokens: Iterable<number>): void {
  for (const token of tokens) logits[token] = -Infinity;
}

/**
 * Draws a token from one row of logits: the largest (greedy), or Gumbel-max over the full distribution in float64
 * (multinomial): argmax(logit / temperature + g), g ~ Gumbel(0, 1), an exact draw from the softmax. Lower precision
 * biases it (Zheng et al., arXiv 2409.02908).
 *
 * @param logits float32 [vocabulary]; −∞ for banned tokens
 * @throws Error when every token is banned, no logit is a number or one is infinite
 */
export function sampleToken(logits: Float32Array, sampling: Sampling, random: Random): Proposal {
  const { largest, first, second, sum, entropy } = softmaxOf(logits);
  if (!Number.isFinite(first))
    throw new Error('The mask predictor gave no usable logit for a masked position.');
  const token = sampling.kind === 'greedy' ? largest : drawGumbelMax(logits, sampling, random);
  return {
    token,
    probability: Math.exp(logits[token]! - first) / sum,
    margin: (1 - Math.exp(second - first)) / sum,
    entropy,
  };
}

/** Probability of a token under a row of logits, at temperature 1. */
export function probabilityOf(token: number, logits: Float32Array): number {
  const { first, sum } = softmaxOf(logits);
  return Math.exp(logits[token]! - first) / sum;
}

/** The `count` most probable tokens besides those of `without`, most probable first; probabilities at temperature 1. */
export function alternativesTo(without: readonly number[], logits: Float32Array, count: number): Choice[] {
  if (count === 0) return [];
  const best: number[] = [];
  for (let other = 0; other < logits.length; other++) {
    const logit = logits[other]!;
    if (logit === -Infinity || without.includes(other)) continue;
    if (best.length === count && logit <= logits[best.at(-1)!]!) continue;
    let place = best.length;
    while (place > 0 && logits[best[place - 1]!]! < logit) place--;
    best.splice(place, 0, other);
    if (best.length > count) best.pop();
  }
  const { first, sum } = softmaxOf(logits);
  return best.map((other) => ({ token: other, probability: Math.exp(logits[other]! - first) / sum }));
}

function drawGumbelMax(
  logits: Float32Array,
  { temperature, topP, topK }: Extract<Sampling, { kind: 'multinomial' }>,
  random: Random,
): number {
  const least = topP < 1 || topK > 0 ? leastAllowed(logits, temperature, topP, topK) : -Infinity;
  let best = -1;
  let bestScore = -Infinity;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (logit === -Infinity || logit < least) continue;
    const score = logit / temperature + random.gumbel();
    if (score > bestScore) {
      bestScore = score;
      best = token;
    }
  }
  return best;
}

/** The smallest logit that top-p and top-k let through. */
function leastAllowed(logits: Float32Array, temperature: number, topP: number, topK: number): number {
  const sorted = Float32Array.from(logits).sort().reverse();
  let count = topK > 0 ? Math.min(topK, sorted.length) : sorted.length;
  if (topP < 1) {
    const weights = Array.from(sorted, (logit) => Math.exp((logit - sorted[0]!) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let reached = 0;
    const enough = weights.findIndex((weight) => (reached += weight) >= topP * total);
    if (enough >= 0) count = Math.min(count, enough + 1);
  }
  return sorted[Math.max(0, count - 1)]!;
}
