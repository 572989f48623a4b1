import * as tf from '@tensorflow/tfjs-core';

/** x·w, or x·wᵀ if transposed, as TensorFlow.js's own operation. */
export function linearComposite(x: tf.Tensor2D, w: tf.Tensor2D, transposed: boolean): tf.Tensor2D {
  return tf.matMul(x, w, false, transposed);
}
