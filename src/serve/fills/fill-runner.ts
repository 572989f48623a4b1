import type { Engine, RunOptions, Step } from '../../engine/index';
import { ServeError } from '../http/serve-error';
import type { Limits } from '../limits';
import type { Metrics, Outcome } from '../metrics';
import type { Caller } from './caller';
import type { FairQueue } from './fair-queue';

/** How one fill is run. */
export interface FillTime {
  /** Milliseconds from its first step on after which it ends with what is there; the server's own limit holds besides. */
  readonly mostMs?: number | undefined;
}

/** Runs fills on the engine, each at its turn, within its time, and no longer than somebody wants it. */
export class FillRunner {
  /** @param engine throws where it is not loaded yet */
  constructor(
    private readonly engine: () => Engine,
    private readonly queue: FairQueue,
    private readonly limits: Limits,
    private readonly metrics: Metrics,
  ) {}

  /** True when a fill would begin at once and disturb nobody. */
  get idle(): boolean {
    return this.queue.running === 0;
  }

  /**
   * The steps of a fill. Where its time is over the last one is not `done`. Who has read enough may leave.
   *
   * @throws ServeError when it is refused or nobody wants it any more; EngineError when it fails
   */
  async *steps(
    start: (engine: Engine, run: RunOptions) => AsyncIterable<Step>,
    caller: Caller,
    { mostMs = Infinity }: FillTime = {},
  ): AsyncGenerator<Step, void, undefined> {
    const time = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const within = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => time.abort(), ms);
    };
    const leave = await this.#enter(caller);
    let outcome: Outcome = 'cut';
    let last: Step | undefined;
    try {
      within(this.limits.fillMs);
      for await (const step of start(this.engine(), runOptions(caller, time.signal))) {
        if (!last && mostMs < this.limits.fillMs) within(mostMs);
        last = step;
        if (step.done) outcome = 'done';
        yield step;
      }
      outcome = 'done';
    } catch (error) {
      outcome = outcomeOf(caller.signal, time.signal);
      caller.signal.throwIfAborted();
      if (!time.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      leave();
      this.#count(caller.signal.aborted ? outcomeOf(caller.signal, time.signal) : outcome, last);
    }
  }

  /**
   * The engine's answer to a question that is no fill, at its turn.
   *
   * @throws ServeError when it is refused, takes too long or nobody wants it any more; EngineError when it fails
   */
  async answer<T>(ask: (engine: Engine, run: RunOptions) => Promise<T>, caller: Caller): Promise<T> {
    const leave = await this.#enter(caller);
    const time = AbortSignal.timeout(this.limits.fillMs);
    try {
      return await ask(this.engine(), runOptions(caller, time));
    } catch (error) {
      caller.signal.throwIfAborted();
      throw time.aborted ? tooLong() : error;
    } finally {
      leave();
    }
  }

  async #enter({ user, signal }: Caller): Promise<() => void> {
    // Before anything waits for an engine that is not there.
    this.engine();
    const asked = performance.now();
    try {
      const leave = await this.queue.enter(user, signal);
      const began = performance.now();
      this.metrics.waitSeconds.observe((began - asked) / 1000);
      return () => {
        this.metrics.fillSeconds.observe((performance.now() - began) / 1000);
        leave();
      };
    } catch (error) {
      if (signal.aborted) this.#count(outcomeOf(signal), undefined);
      throw error;
    }
  }

  #count(outcome: Outcome, last: Step | undefined): void {
    this.metrics.fills.inc({ outcome });
    if (!last) return;
    this.metrics.forwards.inc(last.forwards);
    if (last.done) this.metrics.tokens.inc(last.holes.reduce((sum, cells) => sum + cells.length, 0));
  }
}

function outcomeOf(caller: AbortSignal, time?: AbortSignal): Outcome {
  if (caller.aborted) {
    const { reason } = caller as { reason: unknown };
    return reason instanceof ServeError && reason.code === 'superseded' ? 'superseded' : 'gone';
  }
  return time?.aborted === true ? 'time_limit' : 'failed';
}

/** The engine takes turns as the queue does: its sessions are users. */
function runOptions({ user, signal }: Caller, time: AbortSignal): RunOptions {
  return { session: user, signal: AbortSignal.any([signal, time]) };
}

/** Of a request that half an answer is no use to. */
export function tooLong(): ServeError {
  return new ServeError(504, 'This took longer than the server allows.', { code: 'time_limit' });
}
