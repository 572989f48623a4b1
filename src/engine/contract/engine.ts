import type { Chooser } from './chooser';
import type { ContextRead, Likelihood, Scored, TextToken } from './answers';
import type { ProviderName } from './provider';
import type { FillRequest, GenerateRequest, LikelihoodRequest, ScoreRequest } from './requests';
import type { Step } from './steps';

/** How one request is run. */
export interface RunOptions {
  /** Cancels between two steps; the iteration then throws an `EngineError` with code `cancelled`. */
  readonly signal?: AbortSignal;
  /**
   * Whose request it is, as a connection or a user names itself. Sessions take turns, however many requests each has waiting.
   * All requests that name none are one session's.
   */
  readonly session?: string;
  /**
   * A request cancels the one that is under way in the same lane of the same session, between two steps, and takes its place.
   */
  readonly lane?: string;
  /**
   * Milliseconds from now after which nobody waits for the answer any more: a request that waits or runs by then is cancelled,
   * between two steps, and the iteration throws an `EngineError` with code `too-late`. Default: none.
   */
  readonly timeoutMs?: number;
  /**
   * Nobody asked for it, as for a completion while typing: it leaves one core to others. On the CPU, with int8 weights;
   * elsewhere it changes nothing. Default false.
   */
  readonly background?: boolean;
}

/** The facts about the loaded model. */
export interface EngineInfo {
  readonly bundle: string;
  readonly bundleFolder: string;
  readonly provider: ProviderName;
  readonly precision: string;
  readonly vocabulary: number;
  /** Most rows (context + holes) the model was trained to look at together. */
  readonly windowRows: number;
  readonly loadMs: number;
  /** By which chances are told from evidence; absent where the bundle has none. */
  readonly chooser?: Chooser;
}

/** Most requests that an engine has under way at once. */
export const MOST_TOGETHER = 64;

/** The options of loading an engine. */
export interface LoadOptions {
  /** Execution provider; `auto` (default) tries the fastest that works here. */
  readonly provider?: ProviderName | 'auto';
  /** Threads for the CPU provider; default: all cores. */
  readonly threads?: number;
  /**
   * Most requests that are under way at once, 1–64; others wait. Where model and provider can, their steps share forwards,
   * without a change of any result. Default 1: one after the other. Room for each is made on loading, so who lets `auto`
   * choose says how many for either: WebGPU keeps contexts on the device, the others bring them there at each step.
   */
  readonly together?: number | { readonly webgpu: number; readonly others: number };
  /**
   * Most contexts that are kept under names (`FillRequest.keptContext`), of all sessions; the one asked for longest ago goes
   * first. One of the bundled model takes up to 29 MB. Default 2.
   */
  readonly keptContexts?: number;
  /** False: the context is read anew at every step, to measure what its cache saves. Default true. */
  readonly contextCache?: boolean;
}

/** The engine's work: waiting, and done since it was started. */
export interface RequestStats {
  /** Requests under way. */
  readonly running: number;
  /** Requests that wait until one of those has ended. */
  readonly waiting: number;
  /** Forwards of steps; those that read contexts are not among them. */
  readonly steps: number;
  /** Contexts that had rows in those, together: divided by `steps`, how many shared one. */
  readonly stepContexts: number;
  /** Rows in those, together. */
  readonly stepRows: number;
}

/** The engine process as it is now. */
export interface EngineStats extends RequestStats {
  /** Its process id. */
  readonly pid: number;
  /** Memory it holds, bytes. */
  readonly residentBytes: number;
  /** The most memory it has held, bytes. */
  readonly peakBytes: number;
}

/** An engine that is ready. Requests run one after the other, or as many at once as `LoadOptions.together` says. */
export interface Engine {
  readonly info: EngineInfo;
  /**
   * Fills the holes of a text.
   *
   * @returns every step of the reverse process, the all-masked start first; the last one has the text
   * @throws EngineError while iterating: `bad-request`, `region-too-large`, `cancelled`, `out-of-memory` or `engine-crashed`
   */
  fill(request: FillRequest, options?: RunOptions): AsyncIterable<Step>;
  /**
   * Writes text from nothing.
   *
   * @returns every step of the reverse process, as `fill` does
   * @throws EngineError while iterating, as `fill` does
   */
  generate(request: GenerateRequest, options?: RunOptions): AsyncIterable<Step>;
  /**
   * The probability of each token of a text, masked alone unless the request says otherwise: a heat map, and what to remask
   * to improve it.
   *
   * @throws EngineError `bad-request`, `region-too-large`, `cancelled` or `engine-crashed`
   */
  score(request: ScoreRequest, options?: RunOptions): Promise<Scored>;
  /** The tokens of a text (CRLF counts as LF), as a hole gets them from text that stays. */
  tokenize(text: string): Promise<readonly TextToken[]>;
  /**
   * Reads everything of a context that is kept (`FillRequest.keptContext`) if something has been typed since that was last
   * done: for a moment in which nobody waits. A reading that has begun cannot be stopped.
   *
   * @throws EngineError `bad-request`, `region-too-large`, `cancelled` or `engine-crashed`
   */
  readContext(request: FillRequest, options?: RunOptions): Promise<ContextRead>;
  /** Gives back what a session keeps under a name, of requests in the background or of others. */
  forgetContext(name: string, options?: Pick<RunOptions, 'background' | 'session'>): Promise<void>;
  /** How many bits the words in the holes take: how well the model foresees a text. */
  likelihood(request: LikelihoodRequest, options?: RunOptions): Promise<Likelihood>;
  /**
   * Answered between two steps, whatever is under way.
   *
   * @throws EngineError `bad-request` in a browser, which does not tell
   */
  stats(): Promise<EngineStats>;
  /** Ends the engine process; requests under way fail with `engine-crashed`. */
  dispose(): Promise<void>;
}
