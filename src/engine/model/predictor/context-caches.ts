import { EngineError } from '../../contract/errors';
import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
  Sharing,
  Summarize,
} from './mask-predictor';
import { UnreadContext } from './unread-context';

/** Hands out caches of another predictor's. */
abstract class ContextHolder implements MaskPredictor {
  readonly summarize: Summarize | undefined;

  constructor(protected readonly inner: MaskPredictor) {
    const { summarize } = inner;
    this.summarize = summarize && ((cache, ...asked) => this.using(cache, (own) => summarize(own, ...asked)));
  }

  /** Kept contexts are the other predictor's own: no memory of this one ever hands them out. */
  get keepContext(): MaskPredictor['keepContext'] {
    const { inner } = this;
    return inner.keepContext && ((context, room) => inner.keepContext!(context, room));
  }

  get vocabulary(): number {
    return this.inner.vocabulary;
  }

  get forwards(): number {
    return this.inner.forwards;
  }

  abstract readContext(context: PredictorContext): Promise<ContextCache>;

  predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    return this.using(cache, (own) => this.inner.predict(own, rows));
  }

  /** @param run gets the other predictor's cache */
  protected abstract using<T>(cache: ContextCache, run: (own: ContextCache) => Promise<T>): Promise<T>;

  dispose(): Promise<void> {
    return this.inner.dispose();
  }
}

/** Reads a context that it has lately read from memory: the same ids at the same positions cost no forward. */
export class RecentContexts extends ContextHolder {
  /** The latest last. */
  #kept: KeptContext[] = [];

  /** @param most contexts kept when nobody uses them; one of the bundled model takes 15 MB at 448 tokens */
  constructor(
    inner: MaskPredictor,
    private readonly most: number,
  ) {
    super(inner);
  }

  async readContext(context: PredictorContext): Promise<ContextCache> {
    const known = this.#kept.find((kept) => sameContext(kept.context, context));
    const kept = known ?? new KeptContext(context, await this.inner.readContext(context));
    this.#kept = [...this.#kept.filter((other) => other !== kept), kept];
    const lent = new LentContext(kept, () => this.#forget());
    this.#forget();
    return lent;
  }

  get sharing(): Sharing | undefined {
    const { sharing } = this.inner;
    return (
      sharing && {
        contexts: sharing.contexts,
        rows: sharing.rows,
        predict: (parts) => sharing.predict(parts.map((part) => ({ ...part, cache: ownOf(part.cache) }))),
      }
    );
  }

  protected using<T>(cache: ContextCache, run: (own: ContextCache) => Promise<T>): Promise<T> {
    return run(ownOf(cache));
  }

  /** Releases what is neither in use nor among the latest. */
  #forget(): void {
    const idle = this.#kept.filter(({ users }) => users === 0);
    for (const kept of idle.slice(0, Math.max(0, idle.length - this.most))) {
      this.#kept.splice(this.#kept.indexOf(kept), 1);
      kept.cache.release();
    }
  }
}

/** Reads the context anew for every prediction: what the cache saves, measured. */
export class UncachedContexts extends ContextHolder {
  override get keepContext(): undefined {
    return undefined;
  }

  readContext(context: PredictorContext): Promise<ContextCache> {
    return Promise.resolve(new UnreadContext(context));
  }

  protected async using<T>(cache: ContextCache, run: (own: ContextCache) => Promise<T>): Promise<T> {
    const read = await this.inner.readContext(UnreadContext.contextOf(cache));
    try {
      return await run(read);
    } finally {
      read.release();
    }
  }
}

class KeptContext {
  users = 0;

  constructor(
    readonly context: PredictorContext,
    readonly cache: ContextCache,
  ) {}
}

class LentContext implements ContextCache {
  readonly length: number;
  #kept: KeptContext | undefined;

  constructor(
    kept: KeptContext,
    private readonly returned: () => void,
  ) {
    this.#kept = kept;
    this.length = kept.cache.length;
    kept.users++;
  }

  /** @throws EngineError when it has been released */
  get inner(): ContextCache {
    if (!this.#kept) throw new EngineError('internal', 'The context cache was released.');
    return this.#kept.cache;
  }

  release(): void {
    if (!this.#kept) return;
    this.#kept.users--;
    this.#kept = undefined;
    this.returned();
  }
}

/** The other predictor's own cache. */
function ownOf(cache: ContextCache): ContextCache {
  return cache instanceof LentContext ? cache.inner : cache;
}

function sameContext(a: PredictorContext, b: PredictorContext): boolean {
  return (
    a.ids.length === b.ids.length &&
    a.ids.every((id, i) => id === b.ids[i]) &&
    a.positions.every((position, i) => position === b.positions[i])
  );
}
