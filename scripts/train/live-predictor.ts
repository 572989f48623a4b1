import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../../src/engine/model/mask-predictor';
import type { Network } from './network';
import { RowKind } from './ops/attention';

interface LiveContext extends ContextCache {
  readonly context: PredictorContext;
}

/**
 * The network in training as a mask predictor, so that the engine itself can fill with it. Nothing is cached: the
 * context is computed again at every step, under the same attention rule.
 */
export class LivePredictor implements MaskPredictor {
  #forwards = 0;

  constructor(readonly network: Network) {}

  get vocabulary(): number {
    return this.network.config.vocabulary;
  }

  get forwards(): number {
    return this.#forwards;
  }

  readContext(context: PredictorContext): Promise<LiveContext> {
    return Promise.resolve({ context, length: context.ids.length, release: () => undefined });
  }

  /** @throws Error for several candidates at once */
  async predict(
    cache: ContextCache,
    { ids, positions, wanted, candidates }: PredictorRows,
  ): Promise<Float32Array> {
    if (candidates?.some((candidate) => candidate !== candidates[0]))
      throw new Error('the network in training predicts one candidate at a time');
    this.#forwards++;
    const { context } = cache as LiveContext;
    const first = context.ids.length;
    const join = (a: Int32Array, b: Int32Array): Int32Array => Int32Array.from([...a, ...b]);
    const all = join(context.ids, ids);
    const logits = this.network.logits({
      ids: all,
      positions: join(context.positions, positions),
      kinds: all.map((_, row) => (row < first ? RowKind.context : RowKind.hole)),
      rows: wanted.map((row) => first + row),
      targets: new Int32Array(wanted.length),
      weights: new Float32Array(wanted.length),
      batch: 1,
      length: all.length,
    });
    const values = await logits.data<'float32'>();
    logits.dispose();
    return values;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
