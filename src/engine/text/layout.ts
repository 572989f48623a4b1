import { SPECIAL } from './special-tokens';
import type { Window } from './window';

/**
 * Where everything stands. The context keeps its positions whatever the holes' present lengths: each hole reserves a
 * fixed run of positions, so the context's cached keys stay valid while a hole grows and shrinks. A request and a
 * training sample are laid out by this same code.
 */
export interface Layout {
  /** [C] the context's token ids: header, prefix, texts between holes, suffix. */
  readonly ids: Int32Array;
  /** [C] the context's rotary positions. */
  readonly positions: Int32Array;
  /** First position of each hole. */
  readonly holeStarts: readonly number[];
  /** Positions each hole reserves, its closing `[END]` row included. */
  readonly reserved: readonly number[];
}

/** The smallest run of positions a hole of at most `limit` tokens may reserve; undefined when none is large enough. */
export function reservedFor(limit: number, window: Window): number | undefined {
  return window.reserved.find((size) => size >= limit + 1);
}

/**
 * @param segments token ids between the holes: header and prefix first, suffix last; one more than there are holes
 * @param reserved positions each hole reserves
 */
export function layOut(segments: readonly (readonly number[])[], reserved: readonly number[]): Layout {
  const length = segments.reduce((sum, segment) => sum + segment.length, 0);
  const ids = new Int32Array(length);
  const positions = new Int32Array(length);
  const holeStarts: number[] = [];
  let row = 0;
  let position = 0;
  segments.forEach((segment, i) => {
    for (const id of segment) {
      ids[row] = id;
      positions[row++] = position++;
    }
    if (i < reserved.length) {
      holeStarts.push(position);
      position += reserved[i]!;
    }
  });
  return { ids, positions, holeStarts, reserved };
}

/** The layout of generation from nothing: no context, one hole at positions 0, 1, 2, …, no `[END]`. */
export function layOutNothing(): Layout {
  return { ids: new Int32Array(0), positions: new Int32Array(0), holeStarts: [0], reserved: [] };
}

/** Rows of the holes for the mask predictor. */
export interface HoleRows {
  /** [N] token ids: each hole's cells, then its `[END]`. */
  readonly ids: Int32Array;
  /** [N] rotary positions: numbered without gaps from the hole's start. */
  readonly positions: Int32Array;
  /** Index of the first row of each hole. */
  readonly firstRows: readonly number[];
}

/** @param holes token ids of each hole's cells, `[MASK]` where masked */
export function holeRows(layout: Layout, holes: readonly (readonly number[])[]): HoleRows {
  const closing = layout.reserved.length > 0 ? 1 : 0;
  const length = holes.reduce((sum, cells) => sum + cells.length + closing, 0);
  const ids = new Int32Array(length);
  const positions = new Int32Array(length);
  const firstRows: number[] = [];
  let row = 0;
  holes.forEach((cells, hole) => {
    firstRows.push(row);
    const start = layout.holeStarts[hole]!;
    cells.forEach((id, i) => {
      ids[row] = id;
      positions[row++] = start + i;
    });
    if (closing) {
      ids[row] = SPECIAL.end;
      positions[row++] = start + cells.length;
    }
  });
  return { ids, positions, firstRows };
}
