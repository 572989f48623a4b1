import type { ProviderName } from '../../contract/provider';

/** Providers that compile programs for every new shape of their inputs, which takes longer than a fill. */
const COMPILE_PER_SHAPE: readonly ProviderName[] = ['webgpu', 'dml', 'coreml'];

/** Rows that a run is padded to; beyond the last a multiple of it. */
const SIZES = [8, 16, 32, 64, 128];
const LARGEST = SIZES.at(-1)!;

export function compilesPerShape(provider: ProviderName): boolean {
  return COMPILE_PER_SHAPE.includes(provider);
}

/** Rows of a hole, or rows wanted of it: a reverse process wants fewer at every step. */
export function holeBucket(rows: number): number {
  return SIZES.find((size) => size >= rows) ?? contextBucket(rows);
}

/** Rows of a context: 128, 256, 384, 512, … */
export function contextBucket(rows: number): number {
  return Math.ceil(rows / LARGEST) * LARGEST;
}

/** The values, and zeros behind them. */
export function padded(values: Int32Array, length: number): Int32Array {
  if (values.length === length) return values;
  const longer = new Int32Array(length);
  longer.set(values);
  return longer;
}
