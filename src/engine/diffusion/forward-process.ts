import type { Random } from './random';

/**
 * The forward process of masked diffusion (LLaDA, arXiv 2502.09992, section 2.2; the seed project's MaskGenerator):
 * every token is masked with probability t, independently.
 *
 * @param length tokens that may be masked, ≥ 1
 * @param t mask ratio, 0–1
 * @returns which tokens are masked; at least one is, so that a sample always teaches something
 */
export function forwardProcess(length: number, t: number, random: Random): boolean[] {
  const masked = Array.from({ length }, () => random.uniform() < t);
  if (!masked.includes(true)) masked[random.integer(length)] = true;
  return masked;
}
