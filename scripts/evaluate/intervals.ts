import { Random } from '../../src/engine/index';

/** An estimate with its 95 % interval; NaN where there is nothing to estimate from. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959963984540054;
const RESAMPLES = 2000;
const SEED = 20_240_229;

/** A share of `count` cases with Wilson's score interval (1927), which holds near 0 and 1 and for few cases too. */
export function proportion(hits: number, count: number): Estimate {
  if (count === 0) return { value: NaN, low: NaN, high: NaN };
  const p = hits / count;
  const z2 = Z * Z;
  const centre = (p + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z / (1 + z2 / count)) * Math.sqrt((p * (1 - p)) / count + z2 / (4 * count * count));
  // At the ends rounding would leave 1e-17.
  return {
    value: p,
    low: hits === 0 ? 0 : centre - half,
    high: hits === count ? 1 : centre + half,
  };
}

/**
 * Any statistic of the cases, with the percentile interval of 2,000 bootstrap resamples (Efron, 1979), the same ones
 * for the same number of cases. Cases of pairs give a paired interval.
 */
export function bootstrap<T>(cases: readonly T[], statistic: (sample: readonly T[]) => number): Estimate {
  if (cases.length === 0) return { value: NaN, low: NaN, high: NaN };
  const random = new Random(SEED);
  const values = Float64Array.from({ length: RESAMPLES }, () =>
    statistic(cases.map(() => cases[random.integer(cases.length)]!)),
  ).sort();
  const at = (share: number): number => values[Math.round(share * (RESAMPLES - 1))]!;
  return { value: statistic(cases), low: at(0.025), high: at(0.975) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
