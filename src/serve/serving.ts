import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../engine/index';
import { clientGone, Sessions, type Caller } from './fills/caller';
import { FairQueue, type Places } from './fills/fair-queue';
import { FillRunner } from './fills/fill-runner';
import { ServeError } from './http/serve-error';
import { COMPLETION_SHARE, PLACES_ON_WEBGPU, USUAL_PLACES, type Limits } from './limits';
import { Metrics } from './metrics';

/** The caller, as far as a protocol says who it is. */
export interface CallerNames {
  /** Its newest request supersedes the one before. */
  readonly session?: string | null | undefined;
  /** For whom turns are kept apart, and contexts; without one it is the session's. */
  readonly user?: string | null | undefined;
}

const LOADING_RETRY_SECONDS = 2;
/** An engine that has not said by then what it has done is being started anew; Prometheus does not wait for that. */
const STATS_MS = 3000;
/** A client of any protocol may name its session here. */
const SESSION_HEADER = 'x-session-id';

/** All that protocols share: the engine, once it is loaded, and whose turn it is. */
export class Serving {
  readonly metrics: Metrics;
  readonly runner: FillRunner;
  readonly created = Math.floor(Date.now() / 1000);
  /** The server is to end: it takes nothing new. */
  draining = false;
  /** Requests that have not been answered yet. */
  open = 0;
  #engine: Engine | undefined;
  readonly #sessions = new Sessions();

  /** @param name of the model, as clients see it; without one the bundle's own */
  constructor(
    readonly limits: Limits,
    readonly version: string,
    private readonly name?: string,
  ) {
    const queue = new FairQueue(() => this.#places, limits.waiting);
    const open = (): number => this.open;
    this.metrics = new Metrics({
      fills_running: () => queue.running,
      fills_waiting: () => queue.waiting,
      http_requests_open: open,
    });
    this.runner = new FillRunner(() => this.engine, queue, limits, this.metrics);
  }

  get #places(): Places {
    const { running } = this.limits;
    if (running !== undefined) return { atOnce: running, besideLong: 0 };
    return this.#engine?.info.provider === 'webgpu' ? PLACES_ON_WEBGPU : USUAL_PLACES;
  }

  get ready(): boolean {
    return this.#engine !== undefined && !this.draining;
  }

  /** @throws ServeError 503 while the model is loaded */
  get engine(): Engine {
    if (this.#engine) return this.#engine;
    throw new ServeError(503, 'Loading model', { code: 'loading', retryAfter: LOADING_RETRY_SECONDS });
  }

  set engine(engine: Engine) {
    this.#engine = engine;
  }

  /** Has the metrics know what the engine has counted, if it says so in time. */
  async askEngine(): Promise<void> {
    const stats = this.#engine?.stats().catch(() => undefined);
    const told = await Promise.race([stats, sleep(STATS_MS, undefined, { ref: false })]);
    if (told) this.metrics.tell(told);
  }

  /** The one model's id. A folder's name has no part in it, so that nothing of the server's disk is told. */
  get model(): string {
    return this.name ?? this.engine.info.bundle;
  }

  /** @throws ServeError 404 for another model; no name at all is this one's */
  checkModel(asked: string | null | undefined): void {
    const { model } = this;
    if (asked === undefined || asked === null || asked === '' || asked === model) return;
    throw new ServeError(404, `There is no such model here. This server has one: “${model}”.`, {
      code: 'model_not_found',
      param: 'model',
    });
  }

  /**
   * Tokens of a completion: as many as a client asks for, as far as that leaves enough of the window to its context; less
   * than 0: as many as may be.
   */
  tokens(asked: number): number {
    const most = Math.floor(this.engine.info.windowRows * COMPLETION_SHARE);
    return Math.min(asked < 0 ? Infinity : asked, most, this.limits.tokens);
  }

  /** The client of a request; it is gone when its connection is closed before it has been answered. */
  caller(request: FastifyRequest, reply: FastifyReply, { session, user }: CallerNames = {}): Caller {
    const named = session ?? headerOf(request, SESSION_HEADER);
    const { controller, end } = this.#sessions.begin(named);
    const closed = (): void => {
      end();
      if (!reply.raw.writableFinished) controller.abort(clientGone());
    };
    // It may have gone while its request was still arriving.
    if (reply.raw.destroyed || request.socket.destroyed) closed();
    else reply.raw.once('close', closed);
    return { user: [user, named].find((name) => name) ?? request.ip, signal: controller.signal };
  }
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
