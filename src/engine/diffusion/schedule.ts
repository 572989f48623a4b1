/**
 * How many tokens each step commits under the linear schedule: the masks shared out evenly over the steps, the
 * remainder to the first ones (LLaDA, arXiv 2502.09992, appendix B.1; `get_num_transfer_tokens` of its code).
 *
 * @param masks masked positions at the start, ≥ 0
 * @param steps steps wanted, ≥ 1; never more than there are masks, so that every step commits something
 * @returns one count per step, each ≥ 1, summing to `masks`; empty when there is no mask
 */
export function linearSchedule(masks: number, steps: number): number[] {
  const count = Math.min(steps, masks);
  if (count === 0) return [];
  const base = Math.floor(masks / count);
  const remainder = masks % count;
  return Array.from({ length: count }, (_, step) => base + (step < remainder ? 1 : 0));
}
