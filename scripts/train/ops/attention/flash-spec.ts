/** Sizes of the fused attention's tiles, and the workgroup memory that they take. */
import { LANES, PIECE } from './pieces';
import type { AttentionShape } from './shape';

export interface FlashSpec {
  readonly shape: AttentionShape;
  /** A multiple of 16. */
  readonly headWidth: number;
  /** Of a workgroup. */
  readonly subgroups: number;
  readonly emulated: boolean;
}

/** Rows of the other side in a tile: the bits of a word. */
export const ACROSS = 32;
/** Distance of rows in workgroup memory; the extra elements are against bank conflicts. */
export const SUM_STRIDE = ACROSS + 4;
export const FACTOR_STRIDE = ACROSS + 8;
/** Numbers of a row of a tile that one of its two lanes handles. */
export const PER_LANE = ACROSS / 2;

/**
 * Words of a variable in workgroup memory that lies among matrices: drivers put variables one after another, and
 * subgroup matrices are read and written at addresses that are multiples of 16 bytes.
 */
export function aligned(words: number): number {
  return Math.ceil(words / 4) * 4;
}

export function otherStride(headWidth: number): number {
  return headWidth + 8;
}

export function rowsOf({ subgroups }: FlashSpec): number {
  return subgroups * PIECE;
}

/** Workgroup memory of any of the kernels, in bytes, rounded up. */
export function workgroupBytes(spec: FlashSpec): number {
  const bytes = spec.emulated ? 4 : 2;
  const words = 3 * aligned(Math.ceil(spec.shape.length / ACROSS)) + 2 * aligned(1);
  return (
    bytes * (2 * ACROSS * otherStride(spec.headWidth) + rowsOf(spec) * FACTOR_STRIDE) +
    4 * rowsOf(spec) * SUM_STRIDE +
    8 * Math.max(spec.subgroups * LANES, ACROSS) +
    4 * words
  );
}
