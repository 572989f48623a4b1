/** Means of tensors over the processes that train together. */
import type * as tf from '@tensorflow/tfjs-core';
import type { OnFinal } from '../backend/plan';

/** Where an average's time went, in milliseconds of this process. */
export interface AveragingTimes {
  /** Until the last of its own numbers could be read: mostly the computing of what is averaged. */
  readonly computeMs: number;
  /** From then until the others could read all of them. */
  readonly writeMs: number;
  /** Until all others were as far. */
  readonly waitMs: number;
  /** Until the others' numbers were read, and added (where kernels run: or queued for it). */
  readonly gatherMs: number;
}

/** Makes float32 tensors; may tell of some that they are final while the others are still computed. */
export type Computation = (onFinal?: OnFinal) => readonly tf.Tensor[];

export interface Averaging {
  /**
   * Means over all processes of the tensors that `compute` makes, summed in the order of ranks: the same bits
   * everywhere. They may be the tensors themselves, overwritten, and are good until the next call. Every process must
   * call it with the same sizes, always the same.
   */
  average(compute: Computation): Promise<readonly tf.Tensor[]>;
  /** Of the last call. */
  readonly times: AveragingTimes | undefined;
  dispose(): void;
}
