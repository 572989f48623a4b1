/** The window that the model was trained to look at. */
export interface Window {
  /** Most rows: context tokens + hole tokens + `[END]`s. */
  readonly rows: number;
  /** Rotary positions seen in training: 0 … positions − 1. */
  readonly positions: number;
  /** Sizes G of the run of positions a hole may reserve, ascending. */
  readonly reserved: readonly number[];
}
