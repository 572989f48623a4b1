/** Head norm and rotation out of TensorFlow.js's own operations. */
import * as tf from '@tensorflow/tfjs-core';
import { rmsNormComposite } from '../rms-norm/composite';

export function headRotaryComposite(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  positions: tf.Tensor1D,
  table: tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows, width] = x.shape;
    const headWidth = gain.size;
    const half = headWidth / 2;
    const heads = tf.reshape(x, [rows, width / headWidth, headWidth]);
    const normed = rmsNormComposite(heads, gain);
    const turns = tf.reshape(tf.gather(table, positions), [rows, 1, headWidth]);
    const halves = (tensor: tf.Tensor3D): [tf.Tensor, tf.Tensor] => [
      tf.slice(tensor, [0, 0, 0], [-1, -1, half]),
      tf.slice(tensor, [0, 0, half], [-1, -1, half]),
    ];
    const [cos, sin] = halves(turns as tf.Tensor3D);
    const [first, second] = halves(normed as tf.Tensor3D);
    const turned = [
      tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
      tf.add(tf.mul(second, cos), tf.mul(first, sin)),
    ];
    return tf.reshape(tf.concat(turned, 2), [rows, width]);
  });
}
