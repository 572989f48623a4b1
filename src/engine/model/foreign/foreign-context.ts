import type { Tensor } from 'onnxruntime-node';
import { EngineError } from '../../contract/errors';
import type { ContextCache, PredictorContext } from '../predictor/mask-predictor';
import type { ForeignText } from './foreign-text';

/** Keys and values of the text around the holes, and which tokens they are of. */
interface Kept {
  readonly tokens: readonly number[];
  readonly past: Readonly<Record<string, Tensor>>;
}

/**
 * A context whose keys and values depend on the holes' content: they are computed with it, kept for some steps while it
 * changes, and computed anew (Fast-dLLM's dual cache, arXiv 2505.22618).
 */
export class ForeignContext implements ContextCache {
  readonly length: number;
  #kept: Kept | undefined;
  /** Steps taken on what is kept. */
  #steps = 0;
  #released = false;

  /** @param keptSteps most steps; 0: nothing is kept */
  constructor(
    readonly context: PredictorContext,
    readonly keptSteps: number,
  ) {
    this.length = context.ids.length;
  }

  /** @throws EngineError `internal` if another kind of predictor made the cache, or it has been released */
  static of(cache: ContextCache): ForeignContext {
    if (cache instanceof ForeignContext && !cache.#released) return cache;
    throw new EngineError('internal', 'The context cache was released, or belongs to another predictor.');
  }

  /** A step begins: what is kept has served one more. */
  beginStep(): void {
    if (this.#steps++ >= this.keptSteps) this.#forget();
  }

  /** Keys and values of a text's kept rows; undefined where they are not there, or of others. */
  pastOf({ tokens, kept }: ForeignText): Kept['past'] | undefined {
    const known = this.#kept;
    const same =
      known?.tokens.length === kept.length && kept.every((at, i) => tokens[at] === known.tokens[i]);
    return same ? known.past : undefined;
  }

  /** Tells whether keys and values of the text are worth keeping. */
  mayKeep({ kept }: ForeignText): boolean {
    return this.keptSteps > 0 && kept.length > 0 && this.#kept === undefined;
  }

  keep({ tokens, kept }: ForeignText, past: Kept['past']): void {
    this.#kept = { tokens: kept.map((at) => tokens[at]!), past };
    this.#steps = 0;
  }

  release(): void {
    this.#forget();
    this.#released = true;
  }

  #forget(): void {
    for (const tensor of Object.values(this.#kept?.past ?? {})) tensor.dispose();
    this.#kept = undefined;
  }
}
