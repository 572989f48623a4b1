import * as tf from '@tensorflow/tfjs-core';

/** RMSNorm over the last dimension in plain tfjs operations. */
export function rmsNormComposite<R extends tf.Rank>(x: tf.Tensor<R>, gain: tf.Tensor1D): tf.Tensor<R> {
  return tf.tidy(() => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), gain));
}
