import type { Architecture } from '../graph/architecture';

/** Angles by which rows are turned: cosines and sines, float32 [rows, headWidth / 2] row-major each. */
export interface Turn {
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** @param shifts [rows] positions by which each row moves */
export function turnBy(
  shifts: Int32Array,
  { headWidth, ropeBase }: Pick<Architecture, 'headWidth' | 'ropeBase'>,
): Turn {
  const half = headWidth / 2;
  const angles = Float64Array.from(
    { length: shifts.length * half },
    (_, i) => shifts[Math.floor(i / half)]! * ropeBase ** (-(i % half) / half),
  );
  return { cosines: Float32Array.from(angles, Math.cos), sines: Float32Array.from(angles, Math.sin) };
}

/**
 * Turns keys in place, half-split as the graph's rotary embedding is.
 *
 * @param keys float32 [heads, rows, headWidth], perhaps with something behind it
 * @param shifts [rows] rows whose shift is 0 stay as they are
 */
export function turnKeys(
  keys: Float32Array,
  rows: number,
  shifts: Int32Array,
  { cosines, sines }: Turn,
  { heads, headWidth }: Pick<Architecture, 'heads' | 'headWidth'>,
): void {
  const half = headWidth / 2;
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      if (shifts[row] === 0) continue;
      const start = (head * rows + row) * headWidth;
      for (let i = 0; i < half; i++) {
        const cosine = cosines[row * half + i]!;
        const sine = sines[row * half + i]!;
        const first = keys[start + i]!;
        const second = keys[start + half + i]!;
        keys[start + i] = first * cosine - second * sine;
        keys[start + half + i] = second * cosine + first * sine;
      }
    }
  }
}
