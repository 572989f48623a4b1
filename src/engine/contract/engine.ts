import type { Slot } from '../diffusion/canvas';
import type { UnmaskingOrder } from '../diffusion/order';
import type { Remasking } from '../diffusion/remasking';
import type { Schedule } from '../diffusion/schedule';
import type { ProviderName } from './provider';

/** How the reverse process runs. Everything is optional; the defaults suit an editor. */
export interface ReverseProcessOptions {
  /** How a token is drawn at a position. Default `greedy`. */
  readonly sampling?: 'greedy' | 'multinomial';
  /** Softmax temperature of `multinomial`; > 0. Default 1. */
  readonly temperature?: number;
  /** `multinomial` draws among the most probable tokens that together reach this probability, 0–1. Default 1 (off). */
  readonly topP?: number;
  /** `multinomial` draws among this many most probable tokens. Default 0 (off). */
  readonly topK?: number;
  /** Which positions a step commits. Default `confidence` (LLaDA's low-confidence remasking). */
  readonly order?: UnmaskingOrder;
  /** Most steps to take. Default: as many as it takes at one token a step. */
  readonly steps?: number;
  /** How `steps` share out the masks: evenly, or few at first and many at the end. Default `linear`. */
  readonly schedule?: Schedule;
  /**
   * Also commit every token at least this probable, 0–1; 0 is off. Default 0.9 for fills, 0 for generation, 0.6 with
   * the remasking `revoke`.
   */
  readonly threshold?: number;
  /** Also commit the n most probable tokens while (n + 1)(1 − pₙ) is at most this; 0 (default) is off. Fast-dLLM. */
  readonly thresholdFactor?: number;
  /**
   * Also commit the first tokens of the order while their entropies, the largest one left out, sum to at most this many
   * nats; 0 (default) is off. EB-sampler.
   */
  readonly entropyBound?: number;
  /** Tokens per block of the semi-autoregressive option; 0 (default) unmasks anywhere at once. */
  readonly blockLength?: number;
  /** Which committed tokens are masked again, never locked ones. Default `none`; the order `forebear` takes no other. */
  readonly remasking?: Remasking;
  /**
   * How much: with ReMDM the most (`remdm-cap`, default 0.02) or the scale (`remdm-rescale`, 0.05; `remdm-confidence`,
   * 1) of the probability that a token is remasked in a step; with `revoke` the probability below which it is taken
   * back (0.9). 0–1.
   */
  readonly remaskingStrength?: number;
  /**
   * Classifier-free guidance: how far to turn from what the model would say without the context, ≥ 0; 0 (default) is
   * off. Each step then takes two forwards. Nothing without a context.
   */
  readonly guidance?: number;
  /** Tokens that are never drawn. Default none. */
  readonly bannedTokens?: readonly number[];
  /** Of `generate`: whether the text may not end before its last token. Default true. Fills never end the text. */
  readonly suppressEndOfText?: boolean;
  /** Seed of all randomness: same seed, bundle and provider → same text. Default 0. */
  readonly seed?: number;
  /** How many alternatives each newly predicted cell carries, 0–64. Default 0. */
  readonly alternatives?: number;
}

/** What a hole begins as. The first field of `cells`, `parts`, `tokens` and `replaced` that is there decides. */
export interface HoleRequest {
  /** The text the hole replaces (a selection): the hole gets as many tokens as this text has. */
  readonly replaced?: string;
  /** The hole's length in tokens, when the caller decides it. */
  readonly tokens?: number;
  /** Words that stay and masks, as `parseMaskMarkers` reads them from text. Kept words become locked cells. */
  readonly parts?: readonly HolePart[];
  /** An exact canvas to start from: to go on after locking, editing or remasking cells of an earlier step. */
  readonly cells?: readonly CellStart[];
}

/** Text that stays, or a run of masks; `undefined` is a run of unknown length. */
export type HolePart = string | { readonly masks: number | undefined };

/** What a cell is at the start. `CellView`s of an earlier step can be made into these. */
export interface CellStart {
  /** Token id; null: masked. */
  readonly token: number | null;
  /** Never to be changed or remasked. Default false. */
  readonly locked?: boolean;
  /** Of a token that is there: its confidence as an earlier step gave it, 0–1. Default 1. */
  readonly confidence?: number;
}

/** Text with one or more holes: prefix ▁ (between ▁)* suffix. Line endings may be LF or CRLF. */
export interface FillRequest extends ReverseProcessOptions {
  /** File name or path; its last two segments become the header. */
  readonly path?: string;
  readonly prefix: string;
  readonly suffix: string;
  /** The texts between consecutive holes: one fewer than there are holes. Default: none, so one hole. */
  readonly between?: readonly string[];
  /** Lengths of the holes, in order; a hole of unknown length gets the likeliest of a few. */
  readonly holes?: readonly HoleRequest[];
  /** Most tokens a hole of unknown length may get, kept words not counted. Default 64. */
  readonly maxTokens?: number;
  /**
   * Whether a text that the surroundings repeat may be taken as a draft for a hole of unknown length: the model is asked
   * about it and it is committed at once if it is probable enough. Default: with bundles that change lengths by
   * themselves, where sampling is greedy and several tokens may be committed in a step, for good (a `threshold`; no
   * `steps`, no remasking, not the order `forebear`).
   */
  readonly drafts?: boolean;
  /**
   * How many candidates are unmasked together over one context, 1–8. Default 1. The steps show the first one, the
   * last step the best one, and all of them in `Step.candidates`.
   */
  readonly candidates?: number;
  /**
   * For requests of somebody who types: a name, the same at every key in one document. The context is kept under it, and
   * while up to 32 tokens change before the cursor only the 64 rows nearest to it are read anew; rows farther away stay as
   * they were read. Default: everything is read, and nothing is kept. Where a provider or a bundle cannot keep rows, the same.
   */
  readonly keptContext?: string;
}

/** What reading a context took. */
export interface ContextRead {
  readonly forwards: number;
  readonly ms: number;
}

/** Text from nothing: everything is one hole. */
export interface GenerateRequest extends ReverseProcessOptions {
  readonly tokens: number;
  /** An exact canvas to start from, to go on; it decides over `tokens`. */
  readonly cells?: readonly CellStart[];
}

/** One position of a hole as it stands. */
export interface CellView {
  /** Token id, the mask's own id while masked. */
  readonly token: number;
  /** The token's text; an incomplete UTF-8 byte shows as U+FFFD; empty while masked. */
  readonly text: string;
  readonly masked: boolean;
  /** Probability the model gave the token when it was committed, 0–1; 0 while masked. */
  readonly confidence: number;
  /** Index of the step that committed it, 0 if it was there at the start, −1 while masked. */
  readonly step: number;
  /** Whether it can never change. */
  readonly locked: boolean;
  /** With `alternatives`, for a cell the process committed: what else could stand here, most probable first. */
  readonly alternatives?: readonly Alternative[];
}

/** Another token for a cell. */
export interface Alternative {
  readonly token: number;
  readonly text: string;
  /** 0–1. */
  readonly probability: number;
}

/** One turn of the reverse process: all that a picture, a progress bar or a scrubber needs. */
export interface Step {
  /** 0 is the start, where everything is masked; then 1, 2, … */
  readonly index: number;
  /** Mask ratio after this step, 1 → 0: of the cells that were not there at the start, those of all candidates. */
  readonly t: number;
  /** The holes' cells, left to right. */
  readonly holes: readonly (readonly CellView[])[];
  readonly committed: readonly Slot[];
  readonly remasked: readonly Slot[];
  /** Text of each hole so far, masks left out; in the document's own line ending. Final when `done`. */
  readonly texts: readonly string[];
  /** Graph runs so far, context passes and length guesses included. */
  readonly forwards: number;
  /** Milliseconds since the request reached the engine. */
  readonly ms: number;
  readonly done: boolean;
  /** On the last step of a request for several candidates: best first, without duplicates. */
  readonly candidates?: readonly Candidate[];
}

/** One way to fill all holes of a request. */
export interface Candidate {
  readonly texts: readonly string[];
  readonly holes: readonly (readonly CellView[])[];
  /** Mean log-probability of the predicted tokens when they were committed, ≤ 0; 0 if none was predicted. */
  readonly score: number;
}

/** Text that stands between prefix and suffix, to be judged. Line endings may be LF or CRLF. */
export interface ScoreRequest {
  /** File name or path; its last two segments become the header. */
  readonly path?: string;
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
  /** How many alternatives each token carries, 0–64. Default 0. */
  readonly alternatives?: number;
}

/** Each token's own probability. */
export interface Scored {
  /** The text's tokens, in order. */
  readonly tokens: readonly {
    readonly token: number;
    readonly text: string;
    /** What the model gives the token when it alone is masked, 0–1. */
    readonly probability: number;
    /** What else could stand here, most probable first. */
    readonly alternatives: readonly Alternative[];
  }[];
  readonly forwards: number;
  readonly ms: number;
}

/** A text with the words that stand in its holes. */
export interface LikelihoodRequest extends Pick<FillRequest, 'path' | 'prefix' | 'between' | 'suffix'> {
  /** What stands in the holes, in order; not all of them empty. */
  readonly middles: readonly string[];
  /** Draws of the mask ratio, ≥ 1. Default 32. */
  readonly draws?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
}

/** A Monte-Carlo estimate of how many bits the middles take, given the context and their lengths in tokens. */
export interface Likelihood {
  /** An upper bound of the code length, in bits: the mean over the draws. */
  readonly bits: number;
  /** Of the middles in UTF-8, with LF. */
  readonly bytes: number;
  readonly tokens: number;
  /** How many tokens each draw masked, and the bits of just those. */
  readonly draws: readonly { readonly masked: number; readonly bits: number }[];
  readonly forwards: number;
  readonly ms: number;
}

/** A token of a text; an incomplete UTF-8 byte shows as U+FFFD. */
export interface TextToken {
  readonly token: number;
  readonly text: string;
}

/** How one request is run. */
export interface RunOptions {
  /** Cancels between two steps; the iteration then throws an `EngineError` with code `cancelled`. */
  readonly signal?: AbortSignal;
  /** A request cancels the one that is under way in the same lane, between two steps, and takes its place. */
  readonly lane?: string;
  /**
   * Nobody asked for it, as for a completion while typing: it leaves one core to others. On the CPU, with int8 weights;
   * elsewhere it changes nothing. Default false.
   */
  readonly background?: boolean;
}

/** What was loaded. */
export interface EngineInfo {
  readonly bundle: string;
  readonly bundleFolder: string;
  readonly provider: ProviderName;
  readonly precision: string;
  readonly vocabulary: number;
  /** Most rows (context + holes) the model was trained to look at together. */
  readonly windowRows: number;
  readonly loadMs: number;
}

/** What an engine is loaded for. */
export interface LoadOptions {
  /** Execution provider; `auto` (default) tries the fastest that works here. */
  readonly provider?: ProviderName | 'auto';
  /** Threads for the CPU provider; default: all cores. */
  readonly threads?: number;
  /** False: the context is read anew at every step, to measure what its cache saves. Default true. */
  readonly contextCache?: boolean;
}

/** The engine process as it is now. */
export interface EngineStats {
  /** Its process id. */
  readonly pid: number;
  /** Memory it holds, bytes. */
  readonly residentBytes: number;
  /** The most memory it has held, bytes. */
  readonly peakBytes: number;
}

/** An engine that is ready. Requests run one after the other. */
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
   * The probability of each token of a text when it alone is masked: a heat map, and what to remask to improve it.
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
  /** Gives back what is kept under a name, of requests in the background or of others. */
  forgetContext(name: string, options?: Pick<RunOptions, 'background'>): Promise<void>;
  /** How many bits the words in the holes take: how well the model foresees a text. */
  likelihood(request: LikelihoodRequest, options?: RunOptions): Promise<Likelihood>;
  /**
   * Answered between two steps, whatever is under way.
   *
   * @throws EngineError `internal` in a browser, which does not tell
   */
  stats(): Promise<EngineStats>;
  /** Ends the engine process; requests under way fail with `engine-crashed`. */
  dispose(): Promise<void>;
}
