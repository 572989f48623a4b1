import type { Row } from '../../diffusion/row';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { predict, type Ask } from './predict';

/**
 * Logits that the guess of the lengths has left behind. The canvas of the length chosen is the one that the reverse
 * process starts from, so its first step need not be predicted again.
 */
export class KnownLogits {
  readonly #rows = new Map<string, readonly Row[]>();

  /** @param rows one for each wanted position; not to be changed any more */
  add(ask: Ask, rows: readonly Row[]): void {
    this.#rows.set(keyOf(ask), rows);
  }

  /**
   * As `predict`, without a forward for what is known, which is forgotten: later canvases are others.
   *
   * @throws EngineError `cancelled`
   */
  async predict(
    runtime: Pick<Runtime, 'predictor'>,
    run: RunningRequest,
    asks: readonly Ask[],
  ): Promise<Row[][]> {
    if (asks.length === 0) return [];
    if (this.#rows.size === 0) return predict(runtime, run, asks);
    const known = asks.map((ask) => this.#rows.get(keyOf(ask)));
    this.#rows.clear();
    const unknown = asks.filter((_, i) => !known[i]);
    const predicted = unknown.length === 0 ? [] : await predict(runtime, run, unknown);
    return known.map((rows) => rows?.map((row) => row.copy()) ?? predicted.shift()!);
  }
}

function keyOf({ holes, wanted }: Ask): string {
  return JSON.stringify([holes, wanted.map(({ hole, index }) => [hole, index])]);
}
