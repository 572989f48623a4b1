/** AdamW's update out of TensorFlow.js's own operations. */
import * as tf from '@tensorflow/tfjs-core';
import { decays, type AdamWOptions, type Moments } from './options';

export interface AdamWStep extends AdamWOptions {
  readonly rate: number;
  /** Updates so far, this one included. */
  readonly steps: number;
  /** Of all gradients, before clipping; finite. */
  readonly norm: number;
}

export function gradientNorm(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
  return tf.tidy(() =>
    tf.sqrt(tf.addN([...gradients.values()].map((gradient) => tf.sum(tf.square(gradient))))),
  );
}

/** One update of the parameters and of their moments. */
export function applyComposite(
  parameters: ReadonlyMap<string, tf.Variable>,
  moments: ReadonlyMap<string, Moments>,
  gradients: ReadonlyMap<string, tf.Tensor>,
  { rate, steps, norm, beta1, beta2, epsilon, weightDecay, clipNorm }: AdamWStep,
): void {
  const clip = Math.min(1, clipNorm / norm);
  const correction1 = 1 - beta1 ** steps;
  const correction2 = 1 - beta2 ** steps;
  for (const [name, parameter] of parameters) {
    const { m, v } = moments.get(name)!;
    tf.tidy(() => {
      const gradient = tf.mul(gradients.get(name)!, clip);
      m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)));
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
      const change = tf.div(tf.mul(m, rate / correction1), tf.add(tf.sqrt(tf.div(v, correction2)), epsilon));
      parameter.assign(tf.sub(tf.mul(parameter, decays(parameter) ? 1 - rate * weightDecay : 1), change));
    });
  }
}
