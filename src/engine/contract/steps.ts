import type { Evidence, StartName } from './candidates';

/** A position of the canvas: cell `index` of hole `hole`. */
export interface Slot {
  readonly hole: number;
  readonly index: number;
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
  /** True when it can never change. */
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
  /**
   * On the last step: the chance that the texts are what belongs there, 0–1; absent where the bundle has no coefficients to
   * tell it by.
   */
  readonly chance?: number;
  /** On the last step of a request for several candidates: best first, without duplicates. */
  readonly candidates?: readonly Candidate[];
}

/** One way to fill all holes of a request. */
export interface Candidate {
  readonly texts: readonly string[];
  readonly holes: readonly (readonly CellView[])[];
  /** Mean log-probability of the predicted tokens when they were committed, ≤ 0; 0 if none was predicted. */
  readonly score: number;
  /** How it began; several where others came to the same texts. */
  readonly starts: readonly StartName[];
  readonly evidence: Evidence;
  /** The chance that this is what belongs there, 0–1; absent where the bundle has no coefficients to tell it by. */
  readonly chance?: number;
}
