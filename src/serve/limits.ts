import type { Places } from './fills/fair-queue';

/** The most that one request, and all of them together, may ask of the server. */
export interface Limits {
  /** Of a request, unpacked. */
  readonly bodyBytes: number;
  readonly holes: number;
  /** Tokens of one hole. */
  readonly tokens: number;
  /** Candidates of one request, or prompts in it. */
  readonly choices: number;
  /** Milliseconds that a fill may take once it has begun. */
  readonly fillMs: number;
  /** Fills under way at once; undefined: what suits the provider. */
  readonly running: number | undefined;
  /** Fills that wait for their turn; one more is refused. */
  readonly waiting: number;
}

/** The share of the model's window that a completion may take: the rest is for what stands around it. */
export const COMPLETION_SHARE = 0.25;

/** Tokens of a hole where the client does not say: as many as in the editor. */
export const USUAL_TOKENS = 64;

/** Contexts that are kept for clients that type: half a gigabyte of the bundled model's, if as many do. */
export const USUALLY_KEPT = 16;

export const USUAL_LIMITS: Limits = {
  bodyBytes: 4 * 1024 * 1024,
  holes: 16,
  tokens: 511,
  choices: 8,
  fillMs: 60_000,
  running: undefined,
  waiting: 256,
};

/**
 * Fills under way at once where nobody says how many. On a CPU, and on CUDA, two that run together are both done when one
 * after the other would be, so nobody gains and the first one loses: see docs/serving.md, "Under load".
 */
export const USUAL_PLACES: Places = { atOnce: 1, besideLong: 1 };
export const PLACES_ON_WEBGPU: Places = { atOnce: 32, besideLong: 0 };
