import { fork, type ChildProcess } from 'node:child_process';
import type {
  Engine,
  EngineInfo,
  FillRequest,
  GenerateRequest,
  Likelihood,
  LikelihoodRequest,
  LoadOptions,
  RunOptions,
  Scored,
  ScoreRequest,
  Step,
  TextToken,
} from '../api';
import { EngineError } from '../errors';
import { AsyncQueue } from './async-queue';
import type { Answer, ToClient, ToHost } from './protocol';

/** A crash is answered by a quiet restart at the next request; this many within the window are not. */
const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;
const RESTART_DELAY_MS = 250;
const STDERR_KEPT = 4000;

/** The engine in a child process, from its parent's side. */
export class EngineClient implements Engine {
  #child: ChildProcess | undefined;
  #info: EngineInfo | undefined;
  #starting: Promise<void> | undefined;
  #disposed = false;
  #nextId = 1;
  #crashes: number[] = [];
  readonly #requests = new Map<number, AsyncQueue<Step | Answer>>();

  private constructor(
    private readonly hostScript: string,
    private readonly folder: string,
    private readonly options: LoadOptions,
  ) {}

  /** @throws EngineError when the bundle or the provider cannot be used */
  static async start(hostScript: string, folder: string, options: LoadOptions): Promise<EngineClient> {
    const client = new EngineClient(hostScript, folder, options);
    await client.#ensureStarted();
    return client;
  }

  get info(): EngineInfo {
    if (!this.#info) throw new EngineError('internal', 'The engine has not been loaded.');
    return this.#info;
  }

  fill(request: FillRequest, { signal }: RunOptions = {}): AsyncIterable<Step> {
    return this.#run<Step>((id) => ({ type: 'fill', id, request }), signal);
  }

  generate(request: GenerateRequest, { signal }: RunOptions = {}): AsyncIterable<Step> {
    return this.#run<Step>((id) => ({ type: 'generate', id, request }), signal);
  }

  likelihood(request: LikelihoodRequest, { signal }: RunOptions = {}): Promise<Likelihood> {
    return only(this.#run<Likelihood>((id) => ({ type: 'likelihood', id, request }), signal));
  }

  score(request: ScoreRequest, { signal }: RunOptions = {}): Promise<Scored> {
    return only(this.#run<Scored>((id) => ({ type: 'score', id, request }), signal));
  }

  tokenize(text: string): Promise<readonly TextToken[]> {
    return only(this.#run<readonly TextToken[]>((id) => ({ type: 'tokenize', id, text }), undefined));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    // The child leaves by itself when the channel closes; in the midst of a forward it cannot hear that.
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
    await exited;
    clearTimeout(timer);
  }

  /** @typeParam T what requests of the message's type are answered with */
  async *#run<T extends Step | Answer>(
    message: (id: number) => ToHost,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<T, void, undefined> {
    if (signal?.aborted) throw cancelled();
    await this.#ensureStarted();
    const id = this.#nextId++;
    const queue = new AsyncQueue<T>();
    this.#requests.set(id, queue);
    const cancel = (): void => {
      this.#send({ type: 'cancel', id });
      queue.end(cancelled());
    };
    signal?.addEventListener('abort', cancel, { once: true });
    let ended = false;
    try {
      this.#send(message(id));
      yield* queue;
      ended = true;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#requests.delete(id);
      if (!ended) this.#send({ type: 'cancel', id });
    }
  }

  #ensureStarted(): Promise<void> {
    if (this.#disposed)
      return Promise.reject(new EngineError('engine-crashed', 'The engine has been shut down.'));
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    try {
      const recent = this.#crashes.filter((at) => Date.now() - at < CRASH_WINDOW_MS);
      if (recent.length >= MOST_CRASHES) {
        throw new EngineError(
          'engine-crashed',
          `The engine process stopped ${recent.length} times within a minute and is not started again by itself. Restart the engine, or choose another provider.`,
        );
      }
      if (recent.length > 0)
        await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS * recent.length));
      await this.#load().catch((error: unknown) => {
        // A driver that crashed while its provider was on trial has been noted and is left out the second time.
        if (!(error instanceof EngineError && error.code === 'engine-crashed')) throw error;
        return this.#load();
      });
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
  }

  #load(): Promise<void> {
    const child = fork(this.hostScript, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // In VS Code's extension host this process is Electron, which is plain Node only when asked to.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
    });
    this.#child = child;
    let stderr = '';
    let refused = false;
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (chunk: string) => (stderr = (stderr + chunk).slice(-STDERR_KEPT)));
    return new Promise<void>((resolve, reject) => {
      child.on('message', (message: ToClient) => {
        if (message.type === 'loaded') {
          this.#info = message.info;
          resolve();
        } else if (message.type === 'load-failed') {
          refused = true;
          child.disconnect();
          reject(new EngineError(message.code, message.message));
        } else {
          this.#deliver(message);
        }
      });
      child.on('error', (error) => reject(crashed(`could not be started: ${error.message}`)));
      child.on('exit', (code, signal) => {
        const error = crashed(
          `stopped (${signal ?? `exit code ${code}`}).${stderr ? ` It said: ${stderr.trim()}` : ''}`,
        );
        this.#starting = undefined;
        if (!this.#disposed && !refused) this.#crashes.push(Date.now());
        for (const queue of this.#requests.values()) queue.end(error);
        reject(error);
      });
      this.#send({ type: 'load', folder: this.folder, options: this.options });
    });
  }

  #deliver(message: Exclude<ToClient, { type: 'loaded' | 'load-failed' }>): void {
    const queue = this.#requests.get(message.id);
    if (message.type === 'step') queue?.push(message.step);
    else if (message.type === 'answer') queue?.push(message.answer);
    else if (message.type === 'ended') queue?.end();
    else queue?.end(new EngineError(message.code, message.message));
  }

  #send(message: ToHost): void {
    if (this.#child?.connected) this.#child.send(message);
  }
}

/** The answer to a request that has one. */
async function only<A extends Answer>(answers: AsyncIterable<A>): Promise<A> {
  let answer: A | undefined;
  for await (const one of answers) answer = one;
  if (!answer) throw new EngineError('internal', 'The engine process ended a request without an answer.');
  return answer;
}

function cancelled(): EngineError {
  return new EngineError('cancelled', 'The request was cancelled.');
}

function crashed(what: string): EngineError {
  return new EngineError('engine-crashed', `The engine process ${what} Your text is unchanged; try again.`);
}
