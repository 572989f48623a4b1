import * as v from 'valibot';
import { toEngineError, type Engine, type Step } from '../engine/index';
import { applyMessage, type LiveRun } from './apply-message';
import type { Reply, HostMessage, PageMessage, Question } from './messages';
import { startLane } from './requests';
import type { DemoModel, DemoRun } from './run';
import { PageMessageSchema } from './schema';
import { traceStep } from './trace';

/** The engine as a page's host reaches it: loaded when it is first needed. */
export interface EngineAccess {
  run(start: (engine: Engine) => AsyncIterable<Step>, signal: AbortSignal): AsyncIterable<Step>;
  ask<T>(question: (engine: Engine) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Does for the page what only its surroundings can. */
export interface PageHost {
  post(message: HostMessage): void;
  save(name: string, content: string): Promise<void>;
  failed(what: string, error: unknown): void;
}

/** One page's runs: does what the page asks, and keeps the run for a page that is loaded again. */
export class DemoRuns {
  #live: LiveRun | undefined;
  #abort: AbortController | undefined;
  readonly #gone = new AbortController();

  constructor(
    private readonly engine: EngineAccess,
    private readonly host: PageHost,
  ) {}

  /** @param message as it came; one that is no message of the page is logged and left alone */
  receive(message: unknown): void {
    const parsed = v.safeParse(PageMessageSchema, message, { abortEarly: true });
    if (parsed.success) this.#do(parsed.output);
    else this.host.failed('The demo page sent what it never should', new Error(v.summarize(parsed.issues)));
  }

  /** Ends what is under way. */
  dispose(): void {
    this.#gone.abort();
    this.#abort?.abort();
  }

  #do(message: PageMessage): void {
    switch (message.type) {
      case 'ready':
        // Nothing reached the page while it was hidden.
        if (this.#live) this.host.post({ type: 'run', ...this.#live });
        break;
      case 'run':
        void this.#start(message.run, message.lanes);
        break;
      case 'stop':
        this.#abort?.abort();
        break;
      case 'seen':
        // The page may change it from now on; sent again, it would take the changes back.
        if (!this.#live?.running) this.#live = undefined;
        break;
      case 'ask':
        void this.#answer(message.question).then((answer) =>
          this.host.post({ type: 'answer', id: message.id, answer }),
        );
        break;
      case 'save':
        void this.#save(message.name, message.content);
        break;
    }
  }

  /** Tells the page how its run goes on, and keeps it the same way as the page does. */
  #tell(message: HostMessage): void {
    this.#live = applyMessage(this.#live, message);
    this.host.post(message);
  }

  /** Runs lanes one after the other: the engine does one request at a time. */
  async #start(run: DemoRun, lanes: readonly number[]): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#tell({ type: 'run', run, running: true });
    for (const lane of lanes) {
      const problem = run.lanes[lane] && (await this.#runLane(run, lane, abort.signal));
      // Another run has begun: the page no longer knows of this one.
      if (this.#abort !== abort) return;
      this.#tell({ type: 'lane-ended', lane, ...(problem !== undefined && { problem }) });
      if (problem !== undefined) break;
    }
    this.#abort = undefined;
    this.#tell({ type: 'ended' });
  }

  /** @returns why it ended before it was done */
  async #runLane(run: DemoRun, index: number, signal: AbortSignal): Promise<string | undefined> {
    const lane = run.lanes[index]!;
    try {
      let previous: Step | undefined;
      const steps = this.engine.run((engine) => {
        this.#tell({ type: 'model', model: modelOf(engine) });
        return startLane(engine, run, lane, { signal });
      }, signal);
      for await (const step of steps) {
        signal.throwIfAborted();
        const kept = lane.steps;
        // The start is already there where a run goes on.
        if (previous || kept.length === 0)
          this.#tell({ type: 'step', lane: index, step: traceStep(kept, previous, step) });
        previous = step;
      }
      return undefined;
    } catch (error) {
      if (signal.aborted) return 'Stopped.';
      this.host.failed('The demo failed', error);
      return toEngineError(error).message;
    }
  }

  async #answer(question: Question): Promise<Reply> {
    const { signal } = this.#gone;
    try {
      if (question.ask === 'tokenize') {
        return { ask: 'tokenize', tokens: await this.engine.ask((e) => e.tokenize(question.text), signal) };
      }
      const scored = await this.engine.ask(async (engine) => {
        const results = [];
        for (const text of question.texts)
          results.push(await engine.score({ ...text, alternatives: 6 }, { signal }));
        return results;
      }, signal);
      return { ask: 'score', scored };
    } catch (error) {
      if (!signal.aborted) this.host.failed('The demo failed', error);
      return { ask: 'problem', problem: toEngineError(error).message };
    }
  }

  async #save(name: string, content: string): Promise<void> {
    try {
      await this.host.save(name, content);
    } catch (error) {
      const problem = `It could not be saved: ${error instanceof Error ? error.message : String(error)}`;
      this.host.post({ type: 'saved', name, problem });
    }
  }
}

function modelOf({ info: { bundle, precision, provider } }: Engine): DemoModel {
  return { bundle, precision, provider };
}
