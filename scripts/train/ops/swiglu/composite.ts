import * as tf from '@tensorflow/tfjs-core';

/** silu(gate)·up out of TensorFlow.js's own operations. */
export function swigluComposite(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up));
}
