/** A matrix product: its computation, and how its tiles are cut. */

/** Where a matrix lies in its buffer, in elements. `transposed`: stored with the other index contiguous. */
export interface MatrixLayout {
  readonly transposed: boolean;
  /** Distance between stored rows. */
  readonly stride: number;
  /** Distance between matrices of consecutive outer and inner batch indices. */
  readonly outer: number;
  readonly inner: number;
  /** Where the first matrix starts; 0 if absent. */
  readonly offset?: number;
  /** The buffer holds f16 numbers, already multiplied by the spec's scale (`toHalf` makes such); the distances are multiples of 8. */
  readonly half?: boolean;
}

/** c[z] = alpha · a[z] (m×k) · b[z] (k×n) for outer·inner matrices z = (outer index, inner index). */
export interface GemmSpec {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly outer: number;
  readonly inner: number;
  readonly a: MatrixLayout;
  readonly b: MatrixLayout;
  readonly c: MatrixLayout;
  readonly alpha: number;
  /**
   * Powers of two that a and b are multiplied by where they are rounded to f16, taken back out of the sum:
   * gradients are far below f16's smallest number.
   */
  readonly scaleA: number;
  readonly scaleB: number;
  /** The k range is cut into this many parts, each summed into a c of its own, part-major. */
  readonly splits: number;
  /** a·b is known to be symmetric: tiles below the diagonal are copied from above it, where tiles are square. */
  readonly symmetric?: boolean;
}

/** Rows, columns and depth of a workgroup's tile; a subgroup (or thread) computes warpM × warpN of it. */
export interface Tile {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly warpM: number;
  readonly warpN: number;
  /** True when the next tile's global reads are under way while this one is multiplied. */
  readonly prefetch: boolean;
  /** True when workgroup memory is written four numbers at a time, where the matrix can be read so. */
  readonly vectors: boolean;
  /** 2: the next tile is written beside the one being multiplied, which saves a barrier per tile. */
  readonly buffers: 1 | 2;
  /** Rows of tiles that are walked together, column by column, so that both operands stay in the cache; 0: row by row. */
  readonly band: number;
}

/** Tells if a tile above the diagonal is written below it too, and those below are not computed. */
export function isMirrored(spec: GemmSpec, tile: Tile): boolean {
  return spec.symmetric === true && tile.m === tile.n;
}

export function gemmKey(spec: GemmSpec, tile: Tile): string {
  return JSON.stringify([spec, tile]);
}

/** Depth of one split: a multiple of the tile's, so that only the last one is ragged. */
export function splitDepth(spec: GemmSpec, tile: Tile): number {
  return Math.ceil(spec.k / spec.splits / tile.k) * tile.k;
}
