import * as vscode from 'vscode';
import {
  EngineError,
  toEngineError,
  type Chooser,
  type Engine,
  type EngineInfo,
  type Step,
} from '../../engine/index';
import { logFailure } from '../shared/log';
import { quietly } from '../shared/notices';
import type { Platform } from '../shared/platform';
import type { EngineSettings, ModelSettings } from '../shared/settings';
import { chooseBundle } from './choose-bundle';
import type { HeavyModels } from './heavy-model';
import type { ModelTimes } from './model-times';
import { ServerFirst } from './server/server-first';

/** The engine's state, as the status bar shows it. `off`: not loaded, which the first request does. */
export type SessionState =
  | { readonly kind: 'off' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly info: EngineInfo }
  | { readonly kind: 'working'; readonly info: EngineInfo }
  | { readonly kind: 'error'; readonly error: EngineError };

/** The cost of a finished request. */
export interface RequestCost {
  readonly ms: number;
  readonly steps: number;
  readonly forwards: number;
}

/** The parts of the extension that a session uses beside its settings. */
export interface SessionSurroundings {
  readonly platform: Platform;
  readonly log: vscode.LogOutputChannel;
  /** Gets the token that a team's server asks for; undefined where the user has given none. */
  readonly serverToken: () => PromiseLike<string | undefined>;
  readonly heavy: Pick<HeavyModels, 'check'>;
  readonly times: Pick<ModelTimes, 'add'>;
}

/** One engine: loaded when first needed, loaded anew after `restart`. */
export class EngineSession implements vscode.Disposable {
  #engine: Promise<Engine> | undefined;
  #served: ServerFirst | undefined;
  #state: SessionState = { kind: 'off' };
  #working = 0;
  #lastCost: RequestCost | undefined;
  readonly #stateChanges = new vscode.EventEmitter<SessionState>();
  readonly onDidChangeState = this.#stateChanges.event;

  /** @param settings which engine to load; asked at every load, so that changed settings take effect */
  constructor(
    private readonly settings: () => EngineSettings,
    private readonly surroundings: SessionSurroundings,
  ) {}

  get state(): SessionState {
    return this.#state;
  }

  /** By which the present model's chances are told; undefined where it has none, or is not there. */
  get chooser(): Chooser | undefined {
    return 'info' in this.#state ? this.#state.info.chooser : undefined;
  }

  /** The server that fills come from at present, and what the way there and back takes. */
  get server(): ServerFirst['server'] {
    return this.#served?.server;
  }

  get lastCost(): RequestCost | undefined {
    return this.#lastCost;
  }

  /**
   * Runs a request, after loading the engine if need be.
   *
   * @param start given the engine, e.g. `(engine) => engine.fill(request, { signal })`
   * @throws EngineError; `cancelled` as soon as the signal says so, even while the engine is still loading
   */
  async *run(
    start: (engine: Engine) => AsyncIterable<Step>,
    signal: AbortSignal,
  ): AsyncGenerator<Step, void, undefined> {
    const { engine, end } = await this.#begin(signal);
    let failure: EngineError | undefined;
    let last: Step | undefined;
    try {
      for await (const step of start(engine)) {
        last = step;
        yield step;
      }
    } catch (error) {
      failure = toEngineError(error);
      throw failure;
    } finally {
      // Whoever stops before the end has got what they wanted, unless they have cancelled.
      if (last && !failure && !signal.aborted) {
        this.#lastCost = { ms: last.ms, steps: last.index, forwards: last.forwards };
        if (!this.server) this.surroundings.times.add(engine.info, last.ms);
      }
      end(failure);
    }
  }

  /**
   * Asks the engine something that has one answer, after loading it if need be.
   *
   * @param start given the engine, e.g. `(engine) => engine.score(request, { signal })`
   * @throws EngineError
   */
  async ask<T>(start: (engine: Engine) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { engine, end } = await this.#begin(signal);
    try {
      const answer = await start(engine);
      end(undefined);
      return answer;
    } catch (error) {
      const failure = toEngineError(error);
      end(failure);
      throw failure;
    }
  }

  /** Tells the engine something that nobody waits for; nothing if it is not there, or fails. The state stays what it is. */
  tell(start: (engine: Engine) => Promise<unknown>): void {
    const { kind } = this.#state;
    if (kind !== 'ready' && kind !== 'working') return;
    void this.#engine?.then(start).catch(() => undefined);
  }

  /** Ends the engine, requests under way included; the next request loads it anew. */
  async restart(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#served = undefined;
    this.#setState({ kind: 'off' });
    await engine?.then((loaded) => loaded.dispose()).catch(() => undefined);
  }

  async dispose(): Promise<void> {
    await this.restart();
    this.#stateChanges.dispose();
  }

  #load(): Promise<Engine> {
    if (this.#engine) return this.#engine;
    const loading = this.#start();
    this.#engine = loading;
    this.#setState({ kind: 'loading' });
    loading.then(
      ({ info }) => {
        this.surroundings.log.info(
          `Loaded ${info.bundle} (${info.precision}) from ${info.bundleFolder} in ${Math.round(info.loadMs)} ms; it runs on ${info.provider}, in ${this.surroundings.platform.engineIn}`,
        );
        if (this.#engine === loading) this.#setState({ kind: 'ready', info });
      },
      (error: unknown) => {
        logFailure(this.surroundings.log, 'Loading the engine failed', error);
        if (this.#engine !== loading) return;
        this.#engine = undefined;
        this.#setState({ kind: 'error', error: toEngineError(error) });
      },
    );
    return loading;
  }

  /** Counts a request in; `end` counts it out. */
  async #begin(
    signal: AbortSignal,
  ): Promise<{ readonly engine: Engine; readonly end: (failure: EngineError | undefined) => void }> {
    const loading = this.#load();
    const engine = await abortable(loading, signal);
    this.#working++;
    this.#setState({ kind: 'working', info: engine.info });
    const end = (failure: EngineError | undefined): void => {
      this.#working--;
      if (this.#engine === loading) this.#afterRequest(engine.info, failure);
    };
    return { engine, end };
  }

  async #start(): Promise<Engine> {
    const settings = this.settings();
    if (settings.server === '') return this.#startLocal(settings);
    const url = settings.server;
    this.surroundings.log.info(`Fills come from ${url}`);
    const token = await this.surroundings.serverToken();
    const served = await ServerFirst.start(
      { url, token },
      {
        local: () => this.#startLocal(settings),
        onLost: (why) => {
          this.surroundings.log.warn(`The server at ${url} is gone: ${why}`);
          quietly(
            vscode.l10n.t(
              'The server does not answer, so fills are made on this machine. Check llada.server.url.',
            ),
          );
        },
        onBack: () => this.surroundings.log.info(`The server at ${url} is back`),
      },
    );
    this.#served = served;
    return served;
  }

  async #startLocal(settings: ModelSettings): Promise<Engine> {
    const { provider } = settings;
    const { platform, log, heavy } = this.surroundings;
    const bundle = chooseBundle(await platform.bundledModels(), settings, platform);
    await heavy.check(bundle, provider);
    log.info(`Loading ${bundle} (provider: ${provider})`);
    return platform.loadEngine(bundle, { provider });
  }

  #afterRequest(info: EngineInfo, failure: EngineError | undefined): void {
    if (failure?.code === 'engine-crashed' || failure?.code === 'internal') {
      this.#setState({ kind: 'error', error: failure });
    } else {
      this.#setState({ kind: this.#working > 0 ? 'working' : 'ready', info });
    }
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.#stateChanges.fire(state);
  }
}

/** The promise's outcome, or an `EngineError` with code `cancelled` once the signal is aborted. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const cancelled = (): EngineError => new EngineError('cancelled', 'The request was cancelled.');
  if (signal.aborted) throw cancelled();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
