import * as tf from '@tensorflow/tfjs-core';

/** average += rate · (parameter − average), out of TensorFlow.js's own operations. */
export function moveAveragesComposite(
  rate: number,
  parameters: ReadonlyMap<string, tf.Variable>,
  averages: ReadonlyMap<string, tf.Variable>,
): void {
  for (const [name, parameter] of parameters) {
    const average = averages.get(name)!;
    tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(parameter, average), rate))));
  }
}
