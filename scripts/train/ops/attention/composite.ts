/** Attention out of TensorFlow.js's own operations. */
import * as tf from '@tensorflow/tfjs-core';
import { ROW_KIND } from './row-kind';
import type { AttentionShape } from './shape';

/**
 * Makes the numbers added to the scores [batch, 1, length, length], and 1 for the rows [batch, 1, length, 1] that see
 * any key, 0 for the others. Made on the host: tfjs's comparisons of broadcast tensors take longer than the products.
 */
function masks(
  kinds: tf.Tensor1D,
  { batch, length }: Pick<AttentionShape, 'batch' | 'length'>,
): { bias: tf.Tensor4D; sighted: tf.Tensor4D } {
  const kindOf = kinds.dataSync<'int32'>();
  const bias = new Float32Array(batch * length * length).fill(-1e9);
  const sighted = new Float32Array(batch * length);
  for (let row = 0; row < batch * length; row++) {
    const first = row - (row % length);
    for (let column = 0; column < length; column++) {
      const key = kindOf[first + column];
      if (key !== ROW_KIND.context && (key === ROW_KIND.padding || kindOf[row] !== ROW_KIND.hole)) continue;
      bias[row * length + column] = 0;
      sighted[row] = 1;
    }
  }
  return {
    bias: tf.tensor4d(bias, [batch, 1, length, length]),
    sighted: tf.tensor4d(sighted, [batch, 1, length, 1]),
  };
}

export function attentionComposite(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  kinds: tf.Tensor1D,
  { batch, length, heads }: AttentionShape,
): tf.Tensor2D {
  return tf.tidy(() => {
    const headWidth = q.shape[1] / heads;
    const byHead = (x: tf.Tensor2D): tf.Tensor4D =>
      tf.transpose(tf.reshape(x, [batch, length, heads, headWidth]), [0, 2, 1, 3]);
    const { bias, sighted } = masks(kinds, { batch, length });
    const scores = tf.matMul(tf.mul(byHead(q), 1 / Math.sqrt(headWidth)), byHead(k), false, true);
    const mixed = tf.matMul(tf.softmax(tf.add(scores, bias)), byHead(v));
    // Softmax is uniform where nothing may be seen; the product makes those rows zero.
    return tf.reshape(tf.transpose(tf.mul(mixed, sighted), [0, 2, 1, 3]), [
      batch * length,
      heads * headWidth,
    ]);
  });
}
