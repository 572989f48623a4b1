import type { TraceCell } from '../trace';

/** A token is doubted when an edit elsewhere leaves it at most this share of its probability. */
const FALLEN = 0.5;

/**
 * The tokens of a hole that an edit made improbable: what they were given before it, by their index after it.
 *
 * @param before the hole's cells before the edit
 * @param after its cells now; what is alike at both ends was not edited
 */
export function doubtedSince(
  before: readonly TraceCell[],
  after: readonly TraceCell[],
): ReadonlyMap<number, number> {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head]!.token === after[head]!.token) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail)!.token === after.at(-1 - tail)!.token) tail++;
  const doubted = new Map<number, number>();
  after.forEach(({ confidence }, i) => {
    const isSame = i < head || i >= after.length - tail;
    const was = before[i < head ? i : i + before.length - after.length]?.confidence ?? 0;
    if (isSame && confidence <= was * FALLEN) doubted.set(i, was);
  });
  return doubted;
}
