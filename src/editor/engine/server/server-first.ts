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
import { ServerEngine, ServerGone, type ServerAddress } from './server-engine';

/** A server that was gone is looked for again after so long, by a request that does not wait for it. */
const RETRY_MS = 15_000;

/** The surroundings that a server-first engine needs. */
export interface ServerSurroundings {
  /** The engine of this machine; loaded only when the server is gone. */
  readonly local: () => Promise<Engine>;
  /** The server was lost: told once, until it is back. */
  readonly onLost: (why: string) => void;
  readonly onBack: () => void;
}

/** A team's server as long as it answers, and the model of this machine where it does not. */
export class ServerFirst implements Engine {
  #server: ServerEngine | undefined;
  #local: Promise<Engine> | undefined;
  #localInfo: EngineInfo | undefined;
  #triedAt = performance.now();
  #disposed = false;

  private constructor(
    private readonly address: ServerAddress,
    private readonly surroundings: ServerSurroundings,
  ) {}

  /** @throws EngineError when neither the server nor the model of this machine can be had */
  static async start(address: ServerAddress, surroundings: ServerSurroundings): Promise<ServerFirst> {
    checkAddress(address.url);
    const engine = new ServerFirst(address, surroundings);
    await engine.#connect().catch(async (error: unknown) => {
      surroundings.onLost((error as Error).message);
      await engine.#loadLocal();
    });
    return engine;
  }

  /** Of what answers at present. */
  get info(): EngineInfo {
    return (this.#server?.info ?? this.#localInfo)!;
  }

  /** The server that answers, if it is one. */
  get server(): { readonly url: string; readonly roundTripMs: number } | undefined {
    return this.#server && { url: this.address.url, roundTripMs: this.#server.roundTripMs };
  }

  fill(request: FillRequest, options?: RunOptions): AsyncIterable<Step> {
    return this.#steps((engine) => engine.fill(request, options));
  }

  generate(request: GenerateRequest, options?: RunOptions): AsyncIterable<Step> {
    return this.#steps((engine) => engine.generate(request, options));
  }

  score(request: ScoreRequest, options?: RunOptions): Promise<Scored> {
    return this.#answer((engine) => engine.score(request, options));
  }

  likelihood(request: LikelihoodRequest, options?: RunOptions): Promise<Likelihood> {
    return this.#answer((engine) => engine.likelihood(request, options));
  }

  tokenize(text: string): Promise<readonly TextToken[]> {
    return this.#answer((engine) => engine.tokenize(text));
  }

  readContext(request: FillRequest, options?: RunOptions): Promise<ContextRead> {
    return this.#answer((engine) => engine.readContext(request, options));
  }

  /** Wherever it may be kept. */
  async forgetContext(name: string, options?: Pick<RunOptions, 'background'>): Promise<void> {
    // A server that is gone keeps nothing.
    await this.#server?.forgetContext(name).catch(() => undefined);
    await (await this.#local)?.forgetContext(name, options);
  }

  stats(): Promise<EngineStats> {
    return this.#answer((engine) => engine.stats());
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#server?.dispose();
    await this.#local?.then((engine) => engine.dispose()).catch(() => undefined);
  }

  /** A fill that the server does not finish is begun anew here: its steps start again with the first. */
  async *#steps(start: (engine: Engine) => AsyncIterable<Step>): AsyncGenerator<Step, void, undefined> {
    const server = this.#present();
    if (server) {
      try {
        yield* start(server);
        return;
      } catch (error) {
        this.#lost(server, error);
      }
    }
    yield* start(await this.#loadLocal());
  }

  async #answer<T>(ask: (engine: Engine) => Promise<T>): Promise<T> {
    const server = this.#present();
    if (server) {
      try {
        return await ask(server);
      } catch (error) {
        this.#lost(server, error);
      }
    }
    return ask(await this.#loadLocal());
  }

  /** The server, unless it is gone; then it is looked for behind the request's back, now and then. */
  #present(): ServerEngine | undefined {
    if (!this.#server && performance.now() - this.#triedAt > RETRY_MS) {
      void this.#connect().then(this.surroundings.onBack, () => undefined);
    }
    return this.#server;
  }

  async #connect(): Promise<void> {
    this.#triedAt = performance.now();
    this.#server = await ServerEngine.connect(this.address);
    if (this.#disposed) await this.#server.dispose();
  }

  /** @throws the error, unless it says that the server is gone */
  #lost(server: ServerEngine, error: unknown): void {
    if (!(error instanceof ServerGone)) throw error;
    if (this.#server !== server) return;
    this.#server = undefined;
    this.#triedAt = performance.now();
    this.surroundings.onLost(error.message);
  }

  async #loadLocal(): Promise<Engine> {
    this.#local ??= this.surroundings.local().catch((error: unknown) => {
      this.#local = undefined;
      throw error;
    });
    const engine = await this.#local;
    this.#localInfo = engine.info;
    return engine;
  }
}

/** @throws EngineError `bad-request` */
function checkAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new EngineError(
    'bad-request',
    'The address of the server (llada.server.url) must begin with http:// or https://, as in https://llada.example.org.',
  );
}
