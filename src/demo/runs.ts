import * as v from 'valibot';
import { type Engine, type Step, toEngineError } from '../engine/index';
import type { Answer, HostMessage, PageMessage, Question } from './messages';
import { startLane } from './requests';
import type { DemoLane, DemoRun } from './run';
import { Message } from './schema';
import { traceStep } from './trace';

/** What a page is served from: an engine that is loaded when it is first needed. */
export interface EngineAccess {
  run(start: (engine: Engine) => AsyncIterable<Step>, signal: AbortSignal): AsyncIterable<Step>;
  ask<T>(question: (engine: Engine) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** What the one who shows the page does for it. */
export interface PageHost {
  post(message: HostMessage): void;
  save(name: string, content: string): Promise<void>;
  failed(what: string, error: unknown): void;
}

/** One page's runs: does what the page asks, and keeps the run for a page that is loaded again. */
export class DemoRuns {
  #run: DemoRun | undefined;
  #abort: AbortController | undefined;
  readonly #gone = new AbortController();

  constructor(
    private readonly engine: EngineAccess,
    private readonly host: PageHost,
  ) {}

  /** @param message as it came; one that is no message of the page is logged and left alone */
  receive(message: unknown): void {
    const parsed = v.safeParse(Message, message, { abortEarly: true });
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
        if (this.#run) this.#tellRun(this.#run);
        break;
      case 'run':
        void this.#start(message.run, message.lanes);
        break;
      case 'stop':
        this.#abort?.abort();
        break;
      case 'seen':
        // The page may change it from now on; sent again, it would take the changes back.
        if (!this.#abort) this.#run = undefined;
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

  #tellRun(run: DemoRun): void {
    this.host.post({ type: 'run', run, running: this.#abort !== undefined });
  }

  /** Runs lanes one after the other: the engine does one request at a time. */
  async #start(run: DemoRun, lanes: readonly number[]): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#run = run;
    this.#tellRun(run);
    for (const lane of lanes) {
      const problem = run.lanes[lane] && (await this.#runLane(lane, run.lanes[lane], abort.signal));
      // Another run has begun: the page no longer knows of this one.
      if (this.#abort !== abort) return;
      const ending = problem === undefined ? {} : { problem };
      this.#setLane(lane, (ended) => ({ ...ended, ...ending }));
      this.host.post({ type: 'lane-ended', lane, ...ending });
      if (problem !== undefined) break;
    }
    this.#abort = undefined;
    this.host.post({ type: 'ended' });
  }

  /** @returns why it ended before it was done */
  async #runLane(index: number, lane: DemoLane, signal: AbortSignal): Promise<string | undefined> {
    const run = this.#run!;
    try {
      let previous: Step | undefined;
      const steps = this.engine.run((engine) => {
        this.#setModel(engine);
        return startLane(engine, run, lane, { signal });
      }, signal);
      for await (const step of steps) {
        signal.throwIfAborted();
        const kept = lane.steps;
        // The start is already there where a run goes on.
        if (previous || kept.length === 0) this.#addStep(index, traceStep(kept, previous, step));
        previous = step;
      }
      return undefined;
    } catch (error) {
      if (signal.aborted) return 'Stopped.';
      this.host.failed('The demo failed', error);
      return toEngineError(error).message;
    }
  }

  #addStep(lane: number, step: DemoLane['steps'][number]): void {
    this.#setLane(lane, (present) => ({ ...present, steps: [...present.steps, step] }));
    this.host.post({ type: 'step', lane, step });
  }

  #setLane(lane: number, change: (lane: DemoLane) => DemoLane): void {
    if (!this.#run) return;
    const lanes = this.#run.lanes.map((present, i) => (i === lane ? change(present) : present));
    this.#run = { ...this.#run, lanes };
  }

  #setModel({ info }: Engine): void {
    const model = { bundle: info.bundle, precision: info.precision, provider: info.provider };
    if (this.#run) this.#run = { ...this.#run, model };
    this.host.post({ type: 'model', model });
  }

  async #answer(question: Question): Promise<Answer> {
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
