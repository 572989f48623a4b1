import type * as tf from '@tensorflow/tfjs-core';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Applied to matrices only. */
  readonly weightDecay: number;
  /** Global norm above which gradients are scaled down to it. */
  readonly clipNorm: number;
}

export const DEFAULT_ADAMW: AdamWOptions = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
};

export interface Moments {
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

/** Weight decay is for matrices; gains of norms are left alone. */
export function decays(parameter: tf.Tensor): boolean {
  return parameter.rank > 1;
}
