export const SCHEDULE_SHAPES = ['wsd', 'cosine', 'linear', 'constant'] as const;

/** How the learning rate runs over a training run. */
export interface Schedule {
  /** `wsd`: constant, then a decay phase at the end; `cosine` and `linear` fall from the warm-up's end on. */
  readonly shape: (typeof SCHEDULE_SHAPES)[number];
  readonly peak: number;
  /** Steps of the linear warm-up. */
  readonly warmup: number;
  /** Steps at rate 0 before it: nothing is learned, the optimiser's moments gather (for `--init`). */
  readonly still: number;
  /** Share of all steps that the decay phase of `wsd` has. */
  readonly decay: number;
  /** Last rate, as a share of the peak. */
  readonly floor: number;
  /** Step after which the decay phase of `wsd` begins, instead of `decay`. */
  readonly decayFrom?: number;
  /** Step after which the optimiser's moments had to gather anew, for they were lost. */
  readonly rewarmFrom?: number;
}

/** Steps at rate 0, and of a linear warm-up after them, where moments were lost. */
const REWARM = { still: 20, warmup: 80 } as const;

/**
 * Learning rate of a step. The cosine is that of Loshchilov and Hutter (arXiv 1608.03983); `wsd` is warm-up, stable,
 * decay, with the 1 − √progress decay of Hägele et al. (arXiv 2405.18392).
 *
 * @param step 1-based
 * @param steps length of the whole schedule
 */
export function learningRate(step: number, steps: number, schedule: Schedule): number {
  const { shape, peak, warmup, still, decay, floor, decayFrom, rewarmFrom = -Infinity } = schedule;
  const moving = step - still;
  if (moving <= 0) return 0;
  const rewarmed = Math.min(1, Math.max(0, step - rewarmFrom - REWARM.still) / REWARM.warmup);
  if (moving <= warmup) return (rewarmed * peak * moving) / warmup;
  const warm = still + warmup;
  const from = shape === 'wsd' ? Math.max(warm, decayFrom ?? Math.floor(steps * (1 - decay))) : warm;
  const progress = Math.min(1, Math.max(0, (step - from) / Math.max(1, steps - from)));
  const left = {
    wsd: 1 - Math.sqrt(progress),
    cosine: 0.5 * (1 + Math.cos(Math.PI * progress)),
    linear: 1 - progress,
    constant: 1,
  }[shape];
  return rewarmed * peak * (floor + (1 - floor) * left);
}
