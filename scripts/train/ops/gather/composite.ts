import * as tf from '@tensorflow/tfjs-core';

/** Row i is table[indices[i]], as TensorFlow.js's own operation. */
export function gatherComposite(table: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  return tf.gather(table, indices);
}
