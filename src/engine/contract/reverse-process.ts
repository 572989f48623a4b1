/** Which masked positions a step commits first; `ancestral` ranks none, chance decides on each mask by itself. */
export const UNMASKING_ORDERS = [
  'random',
  'confidence',
  'margin',
  'entropy',
  'left',
  'right',
  'ancestral',
] as const;
/** Which positions a step commits first: the names of `UNMASKING_ORDERS`. */
export type UnmaskingOrder = (typeof UNMASKING_ORDERS)[number];

/** The former name of `ancestral`; options take it still. */
export const FORMER_ORDER = 'forebear';

/** An order by its present name. */
export function presentOrder<Name extends string>(
  order: Name | typeof FORMER_ORDER,
): Exclude<Name, typeof FORMER_ORDER> | 'ancestral' {
  return order === FORMER_ORDER ? 'ancestral' : (order as Exclude<Name, typeof FORMER_ORDER>);
}

/** Which committed tokens go back to `[MASK]`. */
export const REMASKINGS = ['none', 'remdm-cap', 'remdm-rescale', 'remdm-confidence', 'revoke'] as const;
/** Which committed tokens go back to masks: the names of `REMASKINGS`. */
export type Remasking = (typeof REMASKINGS)[number];

/** Whose reverse process is run: LLaDA's with all that came to it here, or one as its authors wrote it. */
export const DECODINGS = ['llada', 'dream', 'dreamon'] as const;
/** Whose reverse process is run: the names of `DECODINGS`. */
export type Decoding = (typeof DECODINGS)[number];

/** How a fixed number of steps shares out the masks. */
export const SCHEDULES = ['linear', 'cosine'] as const;
/** How the masks are shared out over the steps. */
export type Schedule = (typeof SCHEDULES)[number];

/** How the reverse process runs. Everything is optional; the defaults suit an editor. */
export interface ReverseProcessOptions {
  /**
   * Whose reverse process is run. `llada` knows all options. `dream` (arXiv 2508.15487) knows sampling, `steps`,
   * `orderTemperature` and the orders `ancestral` (its `origin`), `confidence` (`maskgit_plus`), `margin` (`topk_margin`)
   * and `entropy` (default). `dreamon` commits one token a step, in the last three of these orders, or changes the
   * length. Default: as the bundle says, `llada` where it says nothing or an option is given that its loop does not know.
   */
  readonly decoding?: Decoding;
  /** With `dream` and `dreamon`: positions are drawn from the softmax of their confidences at this temperature; 0 (default) is off. */
  readonly orderTemperature?: number;
  /**
   * True when a network whose context sees the holes computes everything at every step, instead of keeping the
   * context's keys and values for some. Default false. Nothing for the bundled model, whose context is exact.
   */
  readonly exact?: boolean;
  /** How a token is drawn at a position. Default `greedy`. */
  readonly sampling?: 'greedy' | 'multinomial';
  /** Softmax temperature of `multinomial`; > 0. Default 1. */
  readonly temperature?: number;
  /** `multinomial` draws among the most probable tokens that together reach this probability, 0–1. Default 1 (off). */
  readonly topP?: number;
  /** `multinomial` draws among this many most probable tokens. Default 0 (off). */
  readonly topK?: number;
  /** Which positions a step commits. Default `confidence` (LLaDA's low-confidence remasking). */
  readonly order?: UnmaskingOrder | typeof FORMER_ORDER;
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
  /** Which committed tokens are masked again, never locked ones. Default `none`; the order `ancestral` takes no other. */
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
  /**
   * θ ≥ 1: the odds of a token that goes on with the n-th copy in a row of a word or line are divided by θ to the
   * power n − 2, from the third copy on; in holes of known length. Default 2 for fills, 1 (off) for generation. After
   * the penalty of CTRL (Keskar et al., arXiv 1909.05858, section 4.1), which every earlier token gets.
   */
  readonly repetitionPenalty?: number;
  /** Tokens that are never drawn. Default none. */
  readonly bannedTokens?: readonly number[];
  /** Of `generate`: whether the text may not end before its last token. Default true. Fills never end the text. */
  readonly suppressEndOfText?: boolean;
  /** Seed of all randomness: same seed, bundle and provider → same text. Default 0. */
  readonly seed?: number;
  /** How many alternatives each newly predicted cell carries, 0–64. Default 0. */
  readonly alternatives?: number;
}
