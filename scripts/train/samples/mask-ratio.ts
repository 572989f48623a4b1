/** How the mask ratio t of a sample is drawn; t is never below `least`. */
export type MaskRatioDraw =
  | { readonly kind: 'uniform'; readonly least: number }
  /** t = σ(mean + z), z standard normal. */
  | { readonly kind: 'logit-normal'; readonly mean: number; readonly least: number };

/** By the names of `--t-draw`. Below these least ratios equation 5's 1/t weight is mostly noise for a small model. */
export const MASK_RATIO_DRAWS = {
  uniform: { kind: 'uniform', least: 0.1 },
  'logit-normal': { kind: 'logit-normal', mean: 0.5, least: 0.05 },
} as const satisfies Record<string, MaskRatioDraw>;

/**
 * Mask ratio of a sample, in [least, 1]: the draw's quantile at u. A batch whose u are one in each of equal parts of
 * [0, 1) has mask ratios stratified likewise (Kingma et al., arXiv 2107.00630, I.1). The logit-normal draw is that of
 * Esser et al. (arXiv 2403.03206, section 3.1): most samples at the ratios that teach most, few at the ends.
 *
 * @param u uniform in [0, 1)
 */
export function maskRatio(draw: MaskRatioDraw, u: number): number {
  if (draw.kind === 'uniform') return draw.least + (1 - draw.least) * u;
  return Math.max(draw.least, 1 / (1 + Math.exp(-draw.mean - normalQuantile(u))));
}

/** Mean of t^power over the draw, by the midpoints of many equal parts of [0, 1). */
export function meanOfPower(draw: MaskRatioDraw, power: number): number {
  const parts = 4096;
  let sum = 0;
  for (let i = 0; i < parts; i++) sum += maskRatio(draw, (i + 0.5) / parts) ** power;
  return sum / parts;
}

/**
 * The number that a standard normal variable is below with probability p, to seven digits: Wichura, “Algorithm AS 241”
 * (Applied Statistics 37, 1988), PPND7.
 *
 * @param p in [0, 1]; −∞ and ∞ at the ends
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  const tail = Math.min(p, 1 - p);
  if (tail <= 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const near = r - 1.6;
  const far = r - 5;
  const size =
    r <= 5
      ? (((0.17023821103 * near + 1.3067284816) * near + 2.75681539) * near + 1.4234372777) /
        ((0.12021132975 * near + 0.7370016425) * near + 1)
      : (((0.017337203997 * far + 0.42868294337) * far + 3.081226386) * far + 6.657905115) /
        ((0.012258202635 * far + 0.24197894225) * far + 1);
  return q < 0 ? -size : size;
}
