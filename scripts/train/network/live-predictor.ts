import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../../../src/engine/training';
import { ROW_KIND } from '../ops/attention/row-kind';
import type { Network } from './network';

/** The context as it was given: it is computed anew at every step. */
class LiveContext implements ContextCache {
  constructor(readonly given: PredictorContext) {}

  get length(): number {
    return this.given.ids.length;
  }

  release(): void {
    // There is nothing on a device.
  }
}

/**
 * The network in training as a mask predictor, so that the engine itself can fill with it. Nothing is cached: the
 * context is computed again at every step, under the same attention rule.
 */
export class LivePredictor implements MaskPredictor {
  #forwards = 0;

  /**
   * @param rows of the network's input, padded where a request has fewer: every other number would be compiled anew on
   *   a GPU
   * @param wanted most rows that are predicted at once, padded likewise
   */
  constructor(
    readonly network: Network,
    readonly rows: number,
    readonly wanted: number,
  ) {}

  get vocabulary(): number {
    return this.network.config.vocabulary;
  }

  get forwards(): number {
    return this.#forwards;
  }

  readContext(context: PredictorContext): Promise<LiveContext> {
    return Promise.resolve(new LiveContext(context));
  }

  /** @throws Error for several canvases at once, and for a context that another predictor has read */
  async predict(
    cache: ContextCache,
    { ids, positions, wanted, canvases }: PredictorRows,
  ): Promise<Float32Array> {
    if (canvases?.some((canvas) => canvas !== canvases[0]))
      throw new Error('the network in training predicts one candidate at a time');
    if (!(cache instanceof LiveContext)) throw new Error('another predictor has read this context');
    this.#forwards++;
    const context = cache.given;
    const first = cache.length;
    const rows = Math.max(this.rows, first + ids.length);
    const join = (a: Int32Array, b: Int32Array): Int32Array => {
      const joined = new Int32Array(rows);
      joined.set(a);
      joined.set(b, first);
      return joined;
    };
    const kinds = new Int32Array(rows).fill(ROW_KIND.context, 0, first);
    kinds.fill(ROW_KIND.hole, first, first + ids.length);
    const predicted = new Int32Array(Math.max(this.wanted, wanted.length));
    predicted.set(wanted.map((row) => first + row));
    const logits = this.network.logits({
      ids: join(context.ids, ids),
      positions: join(context.positions, positions),
      kinds,
      rows: predicted,
      targets: new Int32Array(predicted.length),
      weights: new Float32Array(predicted.length),
      batch: 1,
      length: rows,
    });
    const values = await logits.data<'float32'>();
    logits.dispose();
    return values.subarray(0, wanted.length * this.vocabulary);
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
