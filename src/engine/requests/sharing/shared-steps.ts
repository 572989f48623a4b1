import type { MaskPredictor, Predicted, RowsOfContext } from '../../model/predictor/mask-predictor';
import { throwIfCancelled } from '../running-request';
import { FairQueue } from './fair-queue';

/** Who asks, and until when. */
export interface Asker {
  /** Whoever takes turns with others: one session may have several requests under way. */
  readonly session: string;
  readonly signal: AbortSignal | undefined;
}

/** The work of forwards since loading, several contexts' rows counted once for each. */
export interface SharedWork {
  /** Forwards of steps, shared or not. */
  readonly steps: number;
  /** Contexts that had rows in them, together: divided by `steps`, how many share one. */
  readonly contexts: number;
  /** Rows in them, together. */
  readonly rows: number;
}

/** A result, and in how many forwards whoever asked for it had a part. */
export interface Counted<T> {
  readonly result: T;
  readonly forwards: number;
}

/** A forward, or a part of one, that somebody waits for. */
interface Waiting {
  readonly asker: Asker;
  readonly fail: (error: unknown) => void;
}

/** Rows that may share a forward with those of other contexts. */
interface WaitingRows extends Waiting {
  readonly part: RowsOfContext;
  readonly done: (predicted: Counted<Predicted>) => void;
}

/** Something that takes forwards of its own: a context to be read. */
interface WaitingAlone extends Waiting {
  readonly run: () => Promise<void>;
}

/**
 * The steps of several requests that are under way at once, gathered into common forwards of one predictor. Requests know
 * nothing of it: each has a predictor of its own (`RequestPredictor`). A turn is one forward of whatever steps wait, and then
 * one reading of a context, so that neither keeps the other from going on; sessions take turns in both.
 */
export class SharedSteps {
  readonly #rows = new FairQueue<WaitingRows>();
  readonly #alone = new FairQueue<WaitingAlone>();
  #working = false;
  #work = { steps: 0, contexts: 0, rows: 0 };

  /** @param gather lets others ask too, and messages be read: a forward blocks the thread */
  constructor(
    readonly predictor: MaskPredictor,
    private readonly gather: () => Promise<void>,
  ) {}

  get work(): SharedWork {
    return this.#work;
  }

  /** Rows of one context: one forward's worth, where the predictor can share forwards. */
  predict(asker: Asker, part: RowsOfContext): Promise<Counted<Predicted>> {
    return new Promise((done, fail) => {
      this.#rows.put(asker.session, { asker, part, done, fail });
      this.#start();
    });
  }

  /** Something that has forwards of its own, as reading a context. */
  alone<T>(asker: Asker, run: () => Promise<T>): Promise<Counted<T>> {
    return new Promise((done, fail) => {
      this.#alone.put(asker.session, { asker, fail, run: () => this.#counted(run).then(done, fail) });
      this.#start();
    });
  }

  #start(): void {
    if (this.#working) return;
    this.#working = true;
    void this.#turns();
  }

  async #turns(): Promise<void> {
    while (!this.#rows.isEmpty || !this.#alone.isEmpty) {
      // Those just answered first say so, which takes a turn of the event loop, and then ask again.
      for (let i = 0; i < 2; i++) await this.gather();
      dropCancelled(this.#rows);
      dropCancelled(this.#alone);
      const together = this.#takeRows();
      if (together.length > 0) await this.#step(together);
      await this.#alone.take()?.run();
    }
    this.#working = false;
  }

  /** As many contexts' rows as one forward takes. */
  #takeRows(): WaitingRows[] {
    const { sharing } = this.predictor;
    const taken: WaitingRows[] = [];
    let rows = 0;
    const fits = ({ part }: WaitingRows): boolean =>
      taken.length === 0 ||
      (sharing !== undefined &&
        taken.length < sharing.contexts &&
        rows + part.rows.ids.length <= sharing.rows);
    for (;;) {
      const next = this.#rows.take(fits);
      if (!next) return taken;
      taken.push(next);
      rows += next.part.rows.ids.length;
    }
  }

  async #step(together: readonly WaitingRows[]): Promise<void> {
    const [only] = together;
    if (together.length === 1) return this.#stepAlone(only!);
    try {
      const predicted = await this.predictor.sharing!.predict(together.map(({ part }) => part));
      this.#count(together);
      together.forEach(({ done }, i) => done({ result: predicted[i]!, forwards: 1 }));
    } catch {
      // One of them may be to blame: each has its own forward, and its own error.
      for (const waiting of together) await this.#stepAlone(waiting);
    }
  }

  async #stepAlone(waiting: WaitingRows): Promise<void> {
    const { cache, rows, banned } = waiting.part;
    const { predictor } = this;
    try {
      const predicted = await this.#counted((): Promise<Predicted> =>
        banned && predictor.summarize
          ? predictor.summarize(cache, rows, banned)
          : predictor.predict(cache, rows),
      );
      this.#count([waiting]);
      waiting.done(predicted);
    } catch (error) {
      waiting.fail(error);
    }
  }

  /** Nothing else runs meanwhile. */
  async #counted<T>(run: () => Promise<T>): Promise<Counted<T>> {
    const before = this.predictor.forwards;
    const result = await run();
    return { result, forwards: this.predictor.forwards - before };
  }

  #count(together: readonly WaitingRows[]): void {
    this.#work = {
      steps: this.#work.steps + 1,
      contexts: this.#work.contexts + together.length,
      rows: together.reduce((sum, { part }) => sum + part.rows.ids.length, this.#work.rows),
    };
  }
}

/** A request that nobody waits for any more takes no forward. */
function dropCancelled<T extends Waiting>(queue: FairQueue<T>): void {
  for (const { asker, fail } of queue.remove(({ asker: { signal } }) => signal?.aborted === true)) {
    try {
      throwIfCancelled(asker.signal);
    } catch (error) {
      fail(error);
    }
  }
}
