import { createParser } from 'eventsource-parser';
import {
  EngineError,
  type ContextRead,
  type Engine,
  type EngineInfo,
  type EngineStats,
  type FillRequest,
  type GenerateRequest,
  type Likelihood,
  type LikelihoodRequest,
  type RunOptions,
  type Scored,
  type ScoreRequest,
  type Step,
  type TextToken,
} from '../../../engine/index';

/** Where a team's server is, and what it wants to hear. */
export interface ServerAddress {
  /** Without a path, or with the one that a proxy puts before the server's own. */
  readonly url: string;
  readonly token: string | undefined;
}

/** The server does not answer as it should, whatever is asked of it. */
export class ServerGone extends Error {
  override readonly name = 'ServerGone';
}

/** A server that has not said who it is by then is none. */
const CONNECT_MS = 5000;
/** Characters before the first hole, and after the last one. */
const FARTHEST = 65_536;

/**
 * A team's server as an engine: its own protocol, POST /v1/fill (docs/serving.md). All methods throw `ServerGone` where the
 * fault is the server's or the connection's, and else an `EngineError` as the engine would.
 */
export class ServerEngine implements Engine {
  readonly #closed = new AbortController();
  readonly #window = crypto.randomUUID();
  /** By the editor's names of them, the server's. */
  readonly #contexts = new Map<string, string>();

  private constructor(
    private readonly address: ServerAddress,
    readonly info: EngineInfo,
    /** Milliseconds from asking who it is to its answer. */
    readonly roundTripMs: number,
  ) {}

  /** @throws ServerGone */
  static async connect(address: ServerAddress): Promise<ServerEngine> {
    // The first time also opens the connection, and loads what opens it.
    await ask(address, {}, AbortSignal.timeout(CONNECT_MS)).then((response) => response.arrayBuffer());
    const started = performance.now();
    const response = await ask(address, {}, AbortSignal.timeout(CONNECT_MS));
    const roundTripMs = performance.now() - started;
    const info = (await response.json().catch(() => undefined)) as Partial<EngineInfo> | undefined;
    if (typeof info?.bundle !== 'string' || typeof info.windowRows !== 'number') {
      throw new ServerGone(`What answers at ${address.url} is no server of LLaDA.`);
    }
    return new ServerEngine(address, { ...(info as EngineInfo), bundleFolder: address.url }, roundTripMs);
  }

  fill(request: FillRequest, options: RunOptions = {}): AsyncIterable<Step> {
    const { patience, ...asked } = this.#sent(request);
    if (patience === undefined || this.info.chooser) {
      return this.#steps({ type: 'fill', ...asked, patience }, options);
    }
    // By patience no further ones are begun there. JSON leaves out what is undefined.
    return this.#steps({ type: 'fill', ...asked, candidates: undefined }, options);
  }

  generate(request: GenerateRequest, options: RunOptions = {}): AsyncIterable<Step> {
    return this.#steps({ type: 'generate', ...request }, options);
  }

  score(request: ScoreRequest, options: RunOptions = {}): Promise<Scored> {
    return this.#answer({ type: 'score', ...near(request) }, options);
  }

  likelihood(request: LikelihoodRequest, options: RunOptions = {}): Promise<Likelihood> {
    return this.#answer({ type: 'likelihood', ...near(request) }, options);
  }

  async tokenize(text: string): Promise<readonly TextToken[]> {
    const { tokens } = await this.#answer<{ tokens: readonly TextToken[] }>({ type: 'tokenize', text }, {});
    return tokens;
  }

  /** The server does it only where nothing else is to be done. */
  readContext(request: FillRequest, options: RunOptions = {}): Promise<ContextRead> {
    return this.#answer({ type: 'read-context', ...this.#sent(request) }, options);
  }

  async forgetContext(name: string): Promise<void> {
    const keptContext = this.#contexts.get(name);
    if (keptContext === undefined) return;
    this.#contexts.delete(name);
    await this.#answer({ type: 'forget-context', keptContext }, {});
  }

  stats(): Promise<EngineStats> {
    return Promise.reject(
      new EngineError('bad-request', 'The engine runs on a server, which does not tell what it takes.'),
    );
  }

  dispose(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  async #answer<T>(body: object, options: RunOptions): Promise<T> {
    const signal = this.#signal(options);
    const response = await ask(this.address, { body: this.#named(body, options) }, signal);
    return (await response.json().catch((error: unknown) => lost(error, signal))) as T;
  }

  async *#steps(body: object, options: RunOptions): AsyncGenerator<Step, void, undefined> {
    const signal = this.#signal(options);
    const response = await ask(this.address, { body: this.#named(body, options), stream: true }, signal);
    let done = false;
    for await (const data of events(response, signal)) {
      const message = JSON.parse(data) as Step | Failure;
      if ('error' in message) throw failureOf(message, 500);
      yield message;
      ({ done } = message);
    }
    if (!done) throw new ServerGone('The server ended its answer before the fill was done.');
  }

  /** Makes the request that the server gets: the near text alone, and a random name instead of the document's. */
  #sent(request: FillRequest): FillRequest {
    const { keptContext: name } = request;
    if (name === undefined) return near(request);
    const keptContext = this.#contexts.get(name) ?? crypto.randomUUID();
    this.#contexts.set(name, keptContext);
    return { ...near(request), keptContext };
  }

  /**
   * A window is a user of the server's, and a lane of its a session: its newest request takes the place of the one before.
   */
  #named(body: object, { lane }: RunOptions): object {
    const user = this.#window;
    return lane === undefined ? { ...body, user } : { ...body, user, session: `${user}/${lane}` };
  }

  #signal({ signal }: RunOptions): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
  }
}

/** No more of a document than can matter to a model: it is another machine that reads it. */
function near<T extends { readonly prefix: string; readonly suffix: string }>(request: T): T {
  return {
    ...request,
    prefix: request.prefix.slice(-FARTHEST),
    suffix: request.suffix.slice(0, FARTHEST),
  };
}

interface Failure {
  readonly error: { readonly code?: string | null; readonly message?: string };
}

async function ask(
  { url, token }: ServerAddress,
  { body, stream = false }: { body?: object; stream?: boolean },
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${url.replace(/\/+$/, '')}/v1/fill`, {
    signal,
    headers: {
      accept: stream ? 'text/event-stream' : 'application/json',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  }).catch((error: unknown) => lost(error, signal));
  if (response.ok) return response;
  const failure = (await response.json().catch(() => undefined)) as Failure | undefined;
  throw failureOf(failure, response.status);
}

/** The data of a stream's events. */
async function* events(response: Response, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  const arrived: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => arrived.push(data) });
  const decoder = new TextDecoder();
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => lost(error, signal));
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* arrived.splice(0);
    }
  } finally {
    // Who has enough closes the connection, and the server cancels.
    await reader.cancel().catch(() => undefined);
  }
}

function lost(error: unknown, signal: AbortSignal): never {
  const timedOut = (signal.reason as { name?: string } | undefined)?.name === 'TimeoutError';
  if (signal.aborted && !timedOut) throw cancelled();
  const { cause } = error as { cause?: unknown };
  const why = cause instanceof Error ? cause : (error as Error);
  throw new ServerGone(timedOut ? 'The server does not answer.' : why.message, { cause: error });
}

/** The error for a fault: the request's, or the server's. */
function failureOf(failure: Partial<Failure> | undefined, status: number): Error {
  const { code, message = `The server answers with status ${status}.` } = failure?.error ?? {};
  if (code === 'superseded') return cancelled();
  if (code === 'context_length_exceeded') return new EngineError('region-too-large', message);
  if (code === 'time_limit') return new EngineError('bad-request', message);
  return status === 400 ? new EngineError('bad-request', message) : new ServerGone(message);
}

function cancelled(): EngineError {
  return new EngineError('cancelled', 'The request was cancelled.');
}
