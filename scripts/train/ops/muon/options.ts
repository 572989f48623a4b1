import type * as tf from '@tensorflow/tfjs-core';

export interface MuonOptions {
  /** Share of the momentum that stays at each step. */
  readonly momentum: number;
  readonly weightDecay: number;
}

export const DEFAULT_MUON: MuonOptions = { momentum: 0.9, weightDecay: 0.1 };

/** Matrices of one shape, whose updates are computed together. */
export interface MuonGroup {
  readonly names: readonly string[];
  readonly rows: number;
  readonly columns: number;
  /** Of all of them, one after the other. [matrices, rows, columns] */
  readonly momentum: tf.Variable;
}
