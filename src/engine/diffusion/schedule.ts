import type { Schedule } from '../contract/reverse-process';

/**
 * How many tokens each step commits.
 *
 * - `linear`: the masks shared out evenly, the remainder to the first steps (LLaDA, arXiv 2502.09992, appendix B.1;
 *   `get_num_transfer_tokens` of its code)
 * - `cosine`: few at first, when little is known, and many at the end: cos(π/2 · step/steps) of the masks are left after
 *   each step (MaskGIT, Chang et al., arXiv 2202.04200)
 *
 * @param masks masked positions at the start, ≥ 0
 * @param steps steps wanted, ≥ 1; never more than there are masks, so that every step commits something
 * @returns one count per step, each ≥ 1, summing to `masks`; empty when there is no mask
 */
export function shareOut(schedule: Schedule, masks: number, steps: number): number[] {
  const count = Math.min(steps, masks);
  return schedule === 'linear' ? linear(masks, count) : cosine(masks, count);
}

function linear(masks: number, count: number): number[] {
  const base = Math.floor(masks / count);
  const remainder = masks % count;
  return Array.from({ length: count }, (_, step) => base + (step < remainder ? 1 : 0));
}

function cosine(masks: number, count: number): number[] {
  let left = masks;
  return Array.from({ length: count }, (_, step) => {
    const wanted = Math.floor(masks * Math.cos((Math.PI / 2) * ((step + 1) / count)));
    // Every later step needs a mask of its own, and so does this one.
    const next = Math.min(left - 1, Math.max(wanted, count - step - 1));
    const share = left - next;
    left = next;
    return share;
  });
}
