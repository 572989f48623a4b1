import type { Slot } from './diffusion/canvas';
import { SPECIAL } from './model/bundle-config';
import { throwIfCancelled, type Run, type Runtime } from './runtime';
import { holeRows } from './text/layout';

/** A canvas, and the positions of it whose logits are wanted. */
export interface Ask {
  /** Token ids of each hole, `[MASK]` where masked. */
  readonly holes: readonly (readonly number[])[];
  readonly wanted: readonly Slot[];
}

/** Token ids of each hole's cells, `[MASK]` where masked. */
export function tokenIds(holes: readonly (readonly { readonly token?: number | undefined }[])[]): number[][] {
  return holes.map((cells) => cells.map((cell) => cell.token ?? SPECIAL.mask));
}

/**
 * The logits of several canvases over the run's one context: one call of the mask predictor, in which the rows of one
 * canvas do not see those of another.
 *
 * @returns for each ask and each of its wanted positions a fresh row of length `vocabulary`
 * @throws EngineError `cancelled`
 */
export async function predict(
  { predictor }: Pick<Runtime, 'predictor'>,
  { layout, cache, signal }: Pick<Run, 'layout' | 'cache' | 'signal'>,
  asks: readonly Ask[],
): Promise<Float32Array[][]> {
  throwIfCancelled(signal);
  const ids: number[] = [];
  const positions: number[] = [];
  const candidates: number[] = [];
  const wanted: number[] = [];
  asks.forEach((ask, candidate) => {
    const rows = holeRows(layout, ask.holes);
    for (const { hole, index } of ask.wanted) wanted.push(ids.length + rows.firstRows[hole]! + index);
    rows.ids.forEach((id, row) => {
      ids.push(id);
      positions.push(rows.positions[row]!);
      candidates.push(candidate);
    });
  });
  const logits = await predictor.predict(cache, {
    ids: Int32Array.from(ids),
    positions: Int32Array.from(positions),
    wanted: Int32Array.from(wanted),
    ...(asks.length > 1 ? { candidates: Int32Array.from(candidates) } : {}),
  });
  const { vocabulary } = predictor;
  let row = 0;
  return asks.map((ask) => ask.wanted.map(() => logits.subarray(row * vocabulary, ++row * vocabulary)));
}
