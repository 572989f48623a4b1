import type { Estimate } from '../evaluate/intervals';

const BINS = 10;

/** What has a chance in one tenth, and how much of it is right. */
export interface Bin {
  /** The mean, 0–1. */
  readonly chance: number;
  readonly right: number;
  readonly n: number;
}

/** Sorts into tenths by chance; those with nothing in them are left out. */
export function binsOf(judged: readonly { readonly chance: number; readonly right: boolean }[]): Bin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const own = judged.filter(({ chance }) => Math.min(BINS - 1, Math.floor(chance * BINS)) === bin);
    const chance = own.reduce((sum, one) => sum + one.chance, 0) / Math.max(1, own.length);
    return { chance, right: own.filter(({ right }) => right).length, n: own.length };
  }).filter(({ n }) => n > 0);
}

/** `12.3 (9.8 – 15.1)` */
export function estimate({ value, low, high }: Estimate): string {
  return `${percent(value)} (${percent(low)} – ${percent(high)})`;
}

/** Of a share, 0–1. */
export function percent(value: number): string {
  return (100 * value).toFixed(1);
}
