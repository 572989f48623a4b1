/**
 * Learning rate of a step: linear warm-up, then a cosine down to a tenth of the peak (Loshchilov and Hutter,
 * arXiv 1608.03983).
 *
 * @param step 1-based
 * @param steps length of the whole schedule
 */
export function learningRate(step: number, steps: number, peak: number, warmup: number): number {
  if (step <= warmup) return (peak * step) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  const floor = 0.1;
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
