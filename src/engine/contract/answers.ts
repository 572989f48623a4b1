import type { Alternative } from './steps';

/** Each token's own probability. */
export interface Scored {
  /** The text's tokens, in order. */
  readonly tokens: readonly {
    readonly token: number;
    readonly text: string;
    /** The token's probability, 0–1: when it alone is masked, unless `ScoreRequest.masked` says otherwise. */
    readonly probability: number;
    /** Other tokens that could stand here, most probable first. */
    readonly alternatives: readonly Alternative[];
  }[];
  readonly forwards: number;
  readonly ms: number;
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

/** The cost of reading a context. */
export interface ContextRead {
  readonly forwards: number;
  readonly ms: number;
}

/** A token of a text; an incomplete UTF-8 byte shows as U+FFFD. */
export interface TextToken {
  readonly token: number;
  readonly text: string;
}
