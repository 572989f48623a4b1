import type { StartName } from './candidates';
import type { ReverseProcessOptions } from './reverse-process';

/** The start of a hole. The first field of `cells`, `parts`, `tokens` and `replaced` that is there decides. */
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

/** A cell as it is at the start. `CellView`s of an earlier step can be made into these. */
export interface CellStart {
  /** Token id; null: masked. */
  readonly token: number | null;
  /** Never to be changed or remasked. Default false. */
  readonly locked?: boolean;
  /** Of a token that is there: its confidence as an earlier step gave it, 0–1. Default 1. */
  readonly confidence?: number;
}

/** How the length of a hole is found by a model that has not learned lengths. */
export const LENGTH_SEARCHES = ['guess', 'cal'] as const;
/** How a length is found: the names of `LENGTH_SEARCHES`. */
export type LengthSearch = (typeof LENGTH_SEARCHES)[number];

/** How long several candidates may take. */
export interface Patience {
  /** So many times what the first one took, ≥ 1. */
  readonly times: number;
  /** Milliseconds from the request on. */
  readonly ms: number;
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
   * How a hole's length is found where nobody says it and the bundle has not learned `[EXPAND]` and `[DELETE]`: `guess`
   * (default) looks at a few lengths at once; `cal` climbs from 8 to a peak of the calibrated confidence (CAL, arXiv
   * 2602.00476), which takes a forward for each length.
   */
  readonly lengthSearch?: LengthSearch;
  /**
   * True when a text that the surroundings repeat may be taken as a draft for a hole of unknown length: the model is
   * asked about it and it is committed at once if it is probable enough. Default: with bundles that change lengths by
   * themselves, where sampling is greedy and several tokens may be committed in a step, for good (a `threshold`; no
   * `steps`, no remasking, not the order `ancestral`).
   */
  readonly drafts?: boolean;
  /**
   * True when the fill may be blank: nothing, or blanks and line breaks alone in all holes. Default: only where
   * something else than the hole itself is known: with `tokens`, `cells`, and kept words among `parts`. A fill that
   * ends blank and may not begins anew, without deletions and blank tokens until it has text.
   */
  readonly allowBlank?: boolean;
  /**
   * How many candidates are unmasked together over one context, 1–8. Default 1. The steps show the first one, the
   * last step the best one, and all of them in `Step.candidates`.
   */
  readonly candidates?: number;
  /**
   * How candidates begin, the first of them shown by the steps; it decides over `candidates`, and what cannot be is left
   * out (a draft where nothing is repeated, the same as an earlier one). At most 16. Default: those that find most.
   */
  readonly starts?: readonly StartName[];
  /**
   * True to look at candidates again when they are done, for their `evidence`: one forward. Default: true where there are
   * several and the bundle has coefficients to weigh it by.
   */
  readonly lookAgain?: boolean;
  /**
   * When the other candidates are begun: not at once, but when the first one is done, only while the chance that it is right
   * is low, and if there is time. The steps go on showing the first one; what is not done in time has no part in it. Nothing
   * where the bundle has no coefficients to tell a chance by. Default: all are begun together.
   */
  readonly patience?: Patience | undefined;
  /**
   * For whoever shows only the beginning of a fill that is likely enough right (`shownChance`): the process ends as soon as
   * no beginning longer than what is committed can be so likely any more, 0–1, however sure its other tokens were. The last
   * step has that beginning alone, and tells no chance. Of one hole and one candidate. Default 0: to the end.
   */
  readonly leastChance?: number;
  /**
   * For requests of somebody who types: a name, the same at every key in one document. The context is kept under it, and
   * while up to 32 tokens change before the cursor only the 64 rows nearest to it are read anew; rows farther away stay as
   * they were read. Default: everything is read, and nothing is kept. Where a provider or a bundle cannot keep rows, the same.
   */
  readonly keptContext?: string;
}

/** Text from nothing: everything is one hole. */
export interface GenerateRequest extends ReverseProcessOptions {
  readonly tokens: number;
  /** An exact canvas to start from, to go on; it decides over `tokens`. */
  readonly cells?: readonly CellStart[];
}

/** Which tokens of a text are masked while it is judged. */
export const SCORE_MASKS = ['each', 'all', 'none'] as const;
/** Which tokens of a text are masked while it is judged: the names of `SCORE_MASKS`. */
export type ScoreMasks = (typeof SCORE_MASKS)[number];

/** Text that stands between prefix and suffix, to be judged. Line endings may be LF or CRLF. */
export interface ScoreRequest {
  /** File name or path; its last two segments become the header. */
  readonly path?: string;
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
  /** How many alternatives each token carries, 0–64. Default 0. */
  readonly alternatives?: number;
  /**
   * `each` (default) masks each token alone, a canvas for each. `all` masks up to 16 of them together, one canvas: what the
   * model would write itself, where one alone is often told by the others. `none` is what it thinks of tokens that it sees,
   * up to 255 in one forward; the numbers are rougher, and a bundle that has not learned `remask` masks each alone.
   */
  readonly masked?: ScoreMasks;
}

/** A text with the words that stand in its holes. */
export interface LikelihoodRequest extends Pick<FillRequest, 'path' | 'prefix' | 'between' | 'suffix'> {
  /** The texts in the holes, in order; not all of them empty. */
  readonly middles: readonly string[];
  /** Draws of the mask ratio, ≥ 1. Default 32. */
  readonly draws?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
}
