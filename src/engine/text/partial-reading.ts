import { layOut, type Layout } from './layout';

/** Tokens that may be typed before the whole context is read anew. Measured: see docs/notebook/typing.md. */
export const MOST_TYPED = 32;
/** Rows before the cursor that are read anew at every key; more than can be typed, so that every typed token is among them. */
export const NEAR_BEFORE = 48;
/** Rows behind the hole at the cursor that are read anew at every key. */
export const NEAR_BEHIND = 16;
/** Most rows that a partial reading reads. */
export const NEAR_ROWS = NEAR_BEFORE + NEAR_BEHIND;

/** A context that was read as a whole: token ids between the holes, and the positions that the holes reserve. */
export interface WholeReading {
  readonly segments: readonly (readonly number[])[];
  readonly reserved: readonly number[];
}

/** How a context that has changed a little is read over the rows of an earlier whole reading. */
export interface PartialReading {
  /** The context as it is now. */
  readonly layout: Layout;
  /** [C of the whole reading] the position that each of its rows has now; −1: the row is read anew or its token is gone. */
  readonly kept: Int32Array;
  /** [≤ NEAR_ROWS] rows of `layout` that are read anew, ascending. */
  readonly fresh: Int32Array;
  /** Tokens that changed since the whole reading. */
  readonly typed: number;
}

/**
 * Far rows stay as they were read while up to `MOST_TYPED` tokens before the cursor change, which stands before the first
 * hole; the last rows before it and the first behind the hole are read anew, over the far ones. Attention sees both sides,
 * so far rows are then a little stale: on 1,748 held-out tasks that lost nothing that could be measured.
 *
 * @returns undefined where something else has changed, or too much: then the whole is to be read
 */
export function planPartialReading(
  whole: WholeReading,
  segments: readonly (readonly number[])[],
  reserved: readonly number[],
): PartialReading | undefined {
  const [before = [], ...behind] = segments;
  const [beforeThen = [], ...behindThen] = whole.segments;
  if (segments.length !== whole.segments.length) return undefined;
  if (!behind.every((segment, i) => sameIds(segment, behindThen[i]!))) return undefined;
  const same = commonStart(before, beforeThen);
  const typed = before.length - same + (beforeThen.length - same);
  if (typed > MOST_TYPED) return undefined;

  const layout = layOut(segments, reserved);
  const nearBefore = Math.max(0, before.length - NEAR_BEFORE);
  const nearBehind = Math.min(NEAR_BEHIND, behind[0]?.length ?? 0);
  const isNear = (row: number): boolean =>
    row < before.length ? row >= nearBefore : row < before.length + nearBehind;
  const fresh = Int32Array.from([...layout.ids.keys()].filter(isNear));
  const shift = before.length - beforeThen.length;
  const rowsThen = whole.segments.reduce((sum, segment) => sum + segment.length, 0);
  const kept = Int32Array.from({ length: rowsThen }, (_, row) => {
    if (row < beforeThen.length) return row < same && row < nearBefore ? layout.positions[row]! : -1;
    return isNear(row + shift) ? -1 : layout.positions[row + shift]!;
  });
  return { layout, kept, fresh, typed };
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && commonStart(a, b) === a.length;
}

/** How many ids the two have in common at their beginnings. */
function commonStart(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  return same;
}
