/** Muon's update out of TensorFlow.js's own operations: what runs on TensorFlow and on the CPU. */
import * as tf from '@tensorflow/tfjs-core';
import type { MuonGroup, MuonOptions } from './options';
import { NEWTON_SCHULZ, updateScale } from './newton-schulz';

export interface Step extends MuonOptions {
  readonly rate: number;
  /** The factor by which clipping multiplies gradients. */
  readonly clip: number;
}

/** One update of a group's matrices and of their momentum. */
export function applyComposite(
  { names, rows, columns, momentum }: MuonGroup,
  matrices: ReadonlyMap<string, tf.Variable>,
  gradients: ReadonlyMap<string, tf.Tensor>,
  { rate, clip, momentum: kept, weightDecay }: Step,
): void {
  tf.tidy(() => {
    const gradient = tf.mul(tf.stack(names.map((name) => gradients.get(name)!)), clip * (1 - kept));
    momentum.assign(tf.add(tf.mul(momentum, kept), gradient));
    // Nesterov's: the momentum as it will be if the next gradient is this one.
    const ahead = tf.add<tf.Tensor3D>(gradient, tf.mul(momentum, kept));
    const change = tf.mul(orthogonalise(ahead), rate * updateScale(rows, columns));
    tf.unstack(change).forEach((own, i) => {
      const matrix = matrices.get(names[i]!)!;
      matrix.assign(tf.sub(tf.mul(matrix, 1 - rate * weightDecay), own));
    });
  });
}

/** Each matrix with its singular values brought near one. [matrices, rows, columns] */
export function orthogonalise(matrices: tf.Tensor3D): tf.Tensor3D {
  const { steps, a, b, c, epsilon } = NEWTON_SCHULZ;
  return tf.tidy(() => {
    const isTall = matrices.shape[1] > matrices.shape[2];
    const norms = tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true));
    let x: tf.Tensor3D = tf.div(matrices, tf.add(norms, epsilon));
    for (let step = 0; step < steps; step++) {
      const gram = tf.matMul(x, x, isTall, !isTall);
      const polynomial = tf.add<tf.Tensor3D>(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
      x = tf.add(tf.mul(x, a), isTall ? tf.matMul(x, polynomial) : tf.matMul(polynomial, x));
    }
    return x;
  });
}
