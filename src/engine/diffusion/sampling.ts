import type { Random } from './random';
import type { Row } from './row';

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

/**
 * Draws a token from one row: that of the largest logit (greedy), or Gumbel-max over the full distribution in float64
 * (multinomial): argmax(logit / temperature + g), g ~ Gumbel(0, 1), an exact draw from the softmax. Lower precision
 * biases it (Zheng et al., arXiv 2409.02908).
 *
 * @throws Error when every token is banned, no logit is a number or one is infinite
 */
export function sampleToken(row: Row, sampling: Sampling, random: Random): Proposal {
  const { largest, first, second, sum, entropy } = row.softmax();
  if (!Number.isFinite(first) || !(sum > 0))
    throw new Error('The mask predictor gave no usable logit for a masked position.');
  const token = sampling.kind === 'greedy' ? largest : drawGumbelMax(row.all(), sampling, random);
  return {
    token,
    probability: Math.exp(row.logit(token) - first) / sum,
    margin: (1 - Math.exp(second - first)) / sum,
    entropy,
  };
}

/** Probability of a token in a row, at temperature 1. */
export function probabilityOf(token: number, row: Row): number {
  const { first, sum } = row.softmax();
  return Math.exp(row.logit(token) - first) / sum;
}

/** The `count` most probable tokens besides those of `without`, most probable first; probabilities at temperature 1. */
export function alternativesTo(without: readonly number[], row: Row, count: number): Choice[] {
  if (count === 0) return [];
  const { first, sum } = row.softmax();
  return row
    .largest(count, without)
    .map((token) => ({ token, probability: Math.exp(row.logit(token) - first) / sum }));
}

function drawGumbelMax(
  logits: Float32Array,
  { temperature, topP, topK }: Extract<Sampling, { kind: 'multinomial' }>,
  random: Random,
): number {
  const least = leastAllowed(logits, temperature, topP, topK);
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

/** The smallest logit that top-p and top-k let through; −∞ where both are off. */
export function leastAllowed(logits: Float32Array, temperature: number, topP: number, topK: number): number {
  if (topP === 1 && topK === 0) return -Infinity;
  const first = largestOf(logits);
  const total = topP < 1 ? weightOf(logits, first, temperature) : 0;
  // What is this light weighs no more than 1 − p all together, and is no part of the set: few are left to be sorted.
  const light = first + temperature * Math.log(((1 - topP) * total) / logits.length);
  const heavy = topP < 1 && topK === 0 ? logits.filter((logit) => logit >= light) : Float32Array.from(logits);
  const sorted = heavy.sort().reverse();
  let count = topK > 0 ? Math.min(topK, sorted.length) : sorted.length;
  if (topP < 1) {
    let reached = 0;
    const enough = sorted.findIndex(
      (logit) => (reached += Math.exp((logit - first) / temperature)) >= topP * total,
    );
    if (enough >= 0) count = Math.min(count, enough + 1);
  }
  return sorted[Math.max(0, count - 1)]!;
}

function largestOf(logits: Float32Array): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  return largest;
}

function weightOf(logits: Float32Array, first: number, temperature: number): number {
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - first) / temperature);
  return sum;
}
