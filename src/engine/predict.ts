import type { Slot } from './diffusion/canvas';
import { SPECIAL } from './model/bundle-config';
import type { MaskPredictor } from './model/mask-predictor';
import { throwIfCancelled, type Place, type Run, type Runtime } from './runtime';
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
 * canvas do not see those of another. With guidance a second call, without context, has its part in them:
 * l = l_without + (w + 1)(l_with − l_without) (LLaDA, arXiv 2502.09992, appendix).
 *
 * @returns for each ask and each of its wanted positions a fresh row of length `vocabulary`
 * @throws EngineError `cancelled`
 */
export async function predict(
  { predictor }: Pick<Runtime, 'predictor'>,
  { layout, cache, unguided, signal }: Pick<Run, 'layout' | 'cache' | 'signal'> & Partial<Run>,
  asks: readonly Ask[],
): Promise<Float32Array[][]> {
  throwIfCancelled(signal);
  const logits = await predictAt(predictor, { layout, cache }, asks);
  if (unguided) {
    throwIfCancelled(signal);
    const without = await predictAt(predictor, unguided, asks);
    for (let i = 0; i < logits.length; i++) {
      logits[i] = without[i]! + (unguided.scale + 1) * (logits[i]! - without[i]!);
    }
  }
  const { vocabulary } = predictor;
  let row = 0;
  return asks.map((ask) => ask.wanted.map(() => logits.subarray(row * vocabulary, ++row * vocabulary)));
}

/** [all wanted positions, vocabulary] */
function predictAt(
  predictor: MaskPredictor,
  { layout, cache }: Place,
  asks: readonly Ask[],
): Promise<Float32Array> {
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
  return predictor.predict(cache, {
    ids: Int32Array.from(ids),
    positions: Int32Array.from(positions),
    wanted: Int32Array.from(wanted),
    ...(asks.length > 1 ? { candidates: Int32Array.from(candidates) } : {}),
  });
}
