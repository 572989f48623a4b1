import type { RowSummary } from '../../diffusion/summary-row';
import type {
  ContextCache,
  MaskPredictor,
  Predicted,
  PredictorContext,
  PredictorRows,
  Summarize,
} from '../../model/predictor/mask-predictor';
import type { Keeping } from '../../model/runtime/runtime';
import { splitRuns } from '../../model/predictor/rows-of-canvases';
import type { Asker, Counted, SharedSteps } from './shared-steps';

/**
 * The predictor of one request: its rows wait for those of others. `forwards` are those that it had a part in, as many
 * as it would have taken alone.
 */
export class RequestPredictor implements MaskPredictor {
  readonly summarize: Summarize | undefined;
  #forwards = 0;

  constructor(
    private readonly steps: SharedSteps,
    private readonly asker: Asker,
  ) {
    if (steps.predictor.summarize) {
      this.summarize = async (cache, rows, banned) => {
        const summaries = Array.from({ length: rows.wanted.length }, (): RowSummary | undefined => undefined);
        await this.#inParts(cache, rows, banned, (predicted, asked) => {
          asked.forEach((place, i) => (summaries[place] = (predicted as readonly RowSummary[])[i]));
        });
        return summaries as RowSummary[];
      };
    }
  }

  get vocabulary(): number {
    return this.steps.predictor.vocabulary;
  }

  get forwards(): number {
    return this.#forwards;
  }

  readContext(context: PredictorContext): Promise<ContextCache> {
    return this.#counted(this.steps.alone(this.asker, () => this.steps.predictor.readContext(context)));
  }

  /** Contexts that are kept, under names of the session's own; reading one waits for its turn, as any reading does. */
  keeping(kept: Keeping): Keeping {
    const own = (name: string): string => JSON.stringify([this.asker.session, name]);
    const inTurn = <T>(run: () => Promise<T>): Promise<T> => this.#counted(this.steps.alone(this.asker, run));
    return {
      read: (name, ...how) => inTurn(() => kept.read(own(name), ...how)),
      forget: (name) => inTurn(async () => kept.forget(own(name))),
    };
  }

  async predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    const { vocabulary } = this;
    const logits = new Float32Array(rows.wanted.length * vocabulary);
    await this.#inParts(cache, rows, undefined, (predicted, asked) => {
      const part = predicted as Float32Array;
      asked.forEach((place, i) =>
        logits.set(part.subarray(i * vocabulary, (i + 1) * vocabulary), place * vocabulary),
      );
    });
    return logits;
  }

  /** Each part as a forward takes it alone, so that nothing depends on what it shares it with. */
  async #inParts(
    cache: ContextCache,
    rows: PredictorRows,
    banned: ReadonlySet<number> | undefined,
    take: (predicted: Predicted, asked: readonly number[]) => void,
  ): Promise<void> {
    const whole = { ...rows, asked: [...rows.wanted.keys()] };
    const parts = this.steps.predictor.sharing ? splitRuns(rows) : [whole];
    await Promise.all(
      parts.map(async ({ asked, ...part }) => {
        const asking = this.steps.predict(this.asker, { cache, rows: part, banned });
        take(await this.#counted(asking), asked);
      }),
    );
  }

  async #counted<T>(counted: Promise<Counted<T>>): Promise<T> {
    const { result, forwards } = await counted;
    this.#forwards += forwards;
    return result;
  }

  dispose(): Promise<void> {
    // The model is everybody's.
    return Promise.resolve();
  }
}
