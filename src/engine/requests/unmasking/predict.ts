import type { Slot } from '../../contract/steps';
import { LogitsRow, type Row } from '../../diffusion/row';
import { SummaryRow } from '../../diffusion/summary-row';
import { SPECIAL } from '../../text/special-tokens';
import type { PredictorRows } from '../../model/predictor/mask-predictor';
import { type RunningRequest, throwIfCancelled } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { holeRows, type Layout } from '../../text/layout';

/** A canvas, and the positions of it whose rows are wanted. */
export interface Ask {
  /** Token ids of each hole, `[MASK]` where masked. */
  readonly holes: readonly (readonly number[])[];
  readonly wanted: readonly Slot[];
  /**
   * Given where summaries of the rows are enough: the ordinary tokens of it may not stand anywhere. Asks have their
   * summaries from one forward if they share one set.
   */
  readonly banned?: ReadonlySet<number> | undefined;
}

/** Token ids of each hole's cells, `[MASK]` where masked. */
export function tokenIds(holes: readonly (readonly { readonly token?: number | undefined }[])[]): number[][] {
  return holes.map((cells) => cells.map((cell) => cell.token ?? SPECIAL.mask));
}

/**
 * The rows of several canvases over the run's one context: one call of the mask predictor, in which the rows of one
 * canvas do not see those of another. With guidance a second call, without context, has its part in them:
 * l = l_without + (w + 1)(l_with − l_without) (LLaDA, arXiv 2502.09992, appendix).
 *
 * @returns for each ask and each of its wanted positions a fresh row; a summary only where all asks can do with one
 * @throws EngineError `cancelled`
 */
export async function predict(
  { predictor }: Pick<Runtime, 'predictor'>,
  {
    layout,
    cache,
    unguided,
    signal,
  }: Pick<RunningRequest, 'layout' | 'cache' | 'signal'> & Partial<RunningRequest>,
  asks: readonly Ask[],
): Promise<Row[][]> {
  throwIfCancelled(signal);
  const banned = asks[0]?.banned;
  if (predictor.summarize && banned && !unguided && asks.every((ask) => ask.banned === banned)) {
    const summaries = await predictor.summarize(cache, predictorRows(layout, asks), banned);
    return rowsOf(asks, (i) => new SummaryRow(summaries[i]!));
  }
  const { vocabulary } = predictor;
  const logits = await predictor.predict(cache, predictorRows(layout, asks));
  if (unguided) {
    throwIfCancelled(signal);
    const without = await predictor.predict(unguided.cache, predictorRows(unguided.layout, asks));
    for (let i = 0; i < logits.length; i++) {
      logits[i] = without[i]! + (unguided.scale + 1) * (logits[i]! - without[i]!);
    }
  }
  return rowsOf(asks, (i) => new LogitsRow(logits.subarray(i * vocabulary, (i + 1) * vocabulary)));
}

/** The rows of each ask. */
function rowsOf<R>(asks: readonly Ask[], row: (index: number) => R): R[][] {
  let index = 0;
  return asks.map(({ wanted }) => wanted.map(() => row(index++)));
}

function predictorRows(layout: Layout, asks: readonly Ask[]): PredictorRows {
  const ids: number[] = [];
  const positions: number[] = [];
  const canvases: number[] = [];
  const wanted: number[] = [];
  asks.forEach((ask, canvas) => {
    const rows = holeRows(layout, ask.holes);
    for (const { hole, index } of ask.wanted) wanted.push(ids.length + rows.firstRows[hole]! + index);
    rows.ids.forEach((id, row) => {
      ids.push(id);
      positions.push(rows.positions[row]!);
      canvases.push(canvas);
    });
  });
  return {
    ids: Int32Array.from(ids),
    positions: Int32Array.from(positions),
    wanted: Int32Array.from(wanted),
    ...(asks.length > 1 ? { canvases: Int32Array.from(canvases) } : {}),
  };
}
