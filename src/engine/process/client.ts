import type { Engine, EngineInfo, EngineStats, LoadOptions, RunOptions } from '../contract/engine';
import type { FillRequest, GenerateRequest, LikelihoodRequest, ScoreRequest } from '../contract/requests';
import type { ContextRead, Likelihood, Scored, TextToken } from '../contract/answers';
import type { Step } from '../contract/steps';
import { EngineError } from '../contract/errors';
import { AsyncQueue } from './async-queue';
import type { EngineProcess, Launch } from './engine-process';
import type { Answer, Answers, Ask } from './protocol';
import { Restarts } from './restarts';

type Value = Answers[keyof Answers];

/** An engine that runs beside the editor, from the editor's side: started, asked, and started anew when it has crashed. */
export class EngineClient implements Engine {
  #process: EngineProcess | undefined;
  #info: EngineInfo | undefined;
  #starting: Promise<EngineProcess> | undefined;
  #disposed = false;
  #nextId = 1;
  readonly #restarts = new Restarts();
  readonly #requests = new Map<number, AsyncQueue<Value>>();
  /** How the request under way in each lane of a session is cancelled. */
  readonly #lanes = new Map<string, () => void>();

  private constructor(
    private readonly launch: Launch,
    private readonly options: LoadOptions,
  ) {}

  /** @throws EngineError when the bundle or the provider cannot be used */
  static async start(launch: Launch, options: LoadOptions): Promise<EngineClient> {
    const client = new EngineClient(launch, options);
    await client.#started();
    return client;
  }

  get info(): EngineInfo {
    if (!this.#info) throw new EngineError('internal', 'The engine has not been loaded.');
    return this.#info;
  }

  fill(request: FillRequest, options: RunOptions = {}): AsyncIterable<Step> {
    return this.#run<'fill'>({ type: 'fill', request }, options);
  }

  readContext(request: FillRequest, options: RunOptions = {}): Promise<ContextRead> {
    return only(this.#run<'read-context'>({ type: 'read-context', request }, options));
  }

  async forgetContext(name: string, options: Pick<RunOptions, 'background' | 'session'> = {}): Promise<void> {
    // An engine that is not there keeps nothing.
    if (this.#process) await only(this.#run<'forget-context'>({ type: 'forget-context', name }, options));
  }

  generate(request: GenerateRequest, options: RunOptions = {}): AsyncIterable<Step> {
    return this.#run<'generate'>({ type: 'generate', request }, options);
  }

  likelihood(request: LikelihoodRequest, options: RunOptions = {}): Promise<Likelihood> {
    return only(this.#run<'likelihood'>({ type: 'likelihood', request }, options));
  }

  score(request: ScoreRequest, options: RunOptions = {}): Promise<Scored> {
    return only(this.#run<'score'>({ type: 'score', request }, options));
  }

  tokenize(text: string): Promise<readonly TextToken[]> {
    return only(this.#run<'tokenize'>({ type: 'tokenize', text }, {}));
  }

  stats(): Promise<EngineStats> {
    return only(this.#run<'stats'>({ type: 'stats' }, {}));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#process?.leave();
  }

  async *#run<T extends keyof Answers>(
    ask: Ask & { type: T },
    { signal, session = '', lane: laneName, timeoutMs, background = false }: RunOptions,
  ): AsyncGenerator<Answers[T], void, undefined> {
    if (signal?.aborted) throw cancelled();
    const queue = new AsyncQueue<Value>();
    const id = this.#nextId++;
    let stopped: EngineError | undefined;
    const stop = (why: EngineError): void => {
      stopped ??= why;
      this.#process?.send({ type: 'cancel', id });
      queue.end(why);
    };
    const cancel = (): void => stop(cancelled());
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop(tooLate(timeoutMs)), timeoutMs);
    const lane = laneName === undefined ? undefined : JSON.stringify([session, laneName]);
    signal?.addEventListener('abort', cancel, { once: true });
    if (lane !== undefined) {
      this.#lanes.get(lane)?.();
      this.#lanes.set(lane, cancel);
    }
    let ended = false;
    try {
      const child = await this.#started();
      if (!queue.ended) {
        this.#requests.set(id, queue);
        child.send({ ...ask, id, session, background });
        child.expected = true;
      }
      for await (const value of queue as AsyncQueue<Answers[T]>) {
        yield value;
        // All the rest may have come before the caller has looked at this one.
        if (stopped) throw stopped;
      }
      ended = true;
    } finally {
      if (!ended) cancel();
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      if (lane !== undefined && this.#lanes.get(lane) === cancel) this.#lanes.delete(lane);
      this.#requests.delete(id);
      if (this.#process) this.#process.expected = this.#requests.size > 0;
    }
  }

  #started(): Promise<EngineProcess> {
    if (this.#disposed) return Promise.reject(shutDown());
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #start(): Promise<EngineProcess> {
    await this.#restarts.wait();
    return this.#load().catch((error: unknown) => {
      // A driver that crashed while its provider was on trial has been noted and is left out the second time.
      if (!(error instanceof EngineError && error.code === 'engine-crashed')) throw error;
      return this.#load();
    });
  }

  async #load(): Promise<EngineProcess> {
    if (this.#disposed) throw shutDown();
    const child = this.launch((answer) => this.#deliver(answer));
    this.#process = child;
    void child.gone.then(() => {
      if (child.wasUnexpected) this.#restarts.crashed();
    });
    this.#info = await child.load(this.options);
    child.expected = false;
    void child.gone.then((error) => {
      this.#process = undefined;
      this.#starting = undefined;
      for (const queue of this.#requests.values()) queue.end(error);
    });
    return child;
  }

  #deliver(answer: Answer): void {
    const queue = this.#requests.get(answer.id);
    if (answer.type === 'value') queue?.push(answer.value);
    else if (answer.type === 'ended') queue?.end();
    else queue?.end(new EngineError(answer.code, answer.message));
  }
}

/** The answer to a request that has one. */
async function only<T>(values: AsyncIterable<T>): Promise<T> {
  let answer: T | undefined;
  for await (const value of values) answer = value;
  if (answer === undefined)
    throw new EngineError('internal', 'The engine process ended a request without an answer.');
  return answer;
}

function shutDown(): EngineError {
  return new EngineError('engine-crashed', 'The engine has been shut down; load it again.');
}

function tooLate(timeoutMs: number): EngineError {
  return new EngineError(
    'too-late',
    `The request was not done within ${timeoutMs} ms and was cancelled. Give it longer, or try again when the engine has less to do.`,
  );
}

function cancelled(): EngineError {
  return new EngineError('cancelled', 'The request was cancelled.');
}
