import type { Slot } from '../contract/steps';
import type { Row } from './row';

/** Positions whose rows the next step needs. */
export interface Wanted {
  /** Masked ones, left to right; none when the process has ended. */
  readonly masked: readonly Slot[];
  /** Committed ones, for `revoke`: what the mask predictor, seeing the other cells, would give their tokens now. */
  readonly committed: readonly Slot[];
}

/** The changes of one step; positions are those after it. */
export interface ReverseStep {
  readonly committed: readonly Slot[];
  readonly remasked: readonly Slot[];
}

/**
 * A way to unmask a canvas, which is changed in place. It asks (`wanted`) and is told (`step`), so that one forward can serve
 * the processes of many canvases.
 */
export interface Unmasking {
  /** The predictions that the next step needs. */
  wanted(): Wanted;
  /**
   * One step.
   *
   * @param rows one for each wanted masked position, then one for each of the committed ones; changed
   * @param index the step's index, kept in the cells that it commits
   */
  step(rows: readonly Row[], index: number): ReverseStep;
}
