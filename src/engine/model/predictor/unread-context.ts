import { EngineError } from '../../contract/errors';
import type { ContextCache, PredictorContext } from './mask-predictor';

/** The cache of a predictor that keeps nothing of a context and reads it with every prediction. */
export class UnreadContext implements ContextCache {
  readonly length: number;

  constructor(readonly context: PredictorContext) {
    this.length = context.ids.length;
  }

  /** @throws EngineError `internal` if another kind of predictor made the cache */
  static contextOf(cache: ContextCache): PredictorContext {
    if (cache instanceof UnreadContext) return cache.context;
    throw new EngineError('internal', 'The context cache belongs to another predictor.');
  }

  release(): void {
    // It holds nothing.
  }
}
