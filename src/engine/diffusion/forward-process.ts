import type { Random } from './random';

/** What the forward process masked. */
export interface ForwardSample {
  /** Mask ratio, in (0, 1]. */
  readonly t: number;
  /** Which tokens are masked; at least one is, so that a sample always teaches something. */
  readonly masked: readonly boolean[];
}

/**
 * The forward process of masked diffusion (LLaDA, arXiv 2502.09992, section 2.2; the seed project's MaskGenerator):
 * t = minimum + (1 − minimum)·u, then every token is masked with probability t, independently.
 *
 * @param length tokens that may be masked, ≥ 1
 * @param minimumT least mask ratio, 0–1
 * @param u uniform in [0, 1); a batch may stratify its draws over its samples (Kingma et al., arXiv 2107.00630, I.1)
 */
export function forwardProcess(length: number, minimumT: number, u: number, random: Random): ForwardSample {
  const t = minimumT + (1 - minimumT) * u;
  const masked = Array.from({ length }, () => random.uniform() < t);
  if (!masked.includes(true)) masked[random.integer(length)] = true;
  return { t, masked };
}
