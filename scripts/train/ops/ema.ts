/** An exponential moving average of the weights, which is what is evaluated and exported. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../backend/gpu';
import { bindings, flatGrid, flatSource } from './wgsl';

export class Ema {
  readonly averages: ReadonlyMap<string, tf.Variable>;

  /** Starts as a copy of the parameters. */
  constructor(
    readonly parameters: ReadonlyMap<string, tf.Variable>,
    readonly decay: number,
  ) {
    // x · 1 is a copy: a clone would share the buffer that the optimiser writes to.
    this.averages = new Map(
      [...parameters].map(([name, parameter]) => [
        name,
        tf.tidy(() => tf.variable(tf.mul(parameter, 1), false)),
      ]),
    );
  }

  /** average += (1 − decay) · (parameter − average) */
  update(): void {
    const gpu = activeGpu();
    const rate = 1 - this.decay;
    for (const [name, parameter] of this.parameters) {
      const average = this.averages.get(name)!;
      if (gpu === undefined) {
        tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(parameter, average), rate))));
      } else {
        const { size } = parameter;
        gpu.record(
          {
            name: 'ema',
            key: `${size} ${rate}`,
            source: () =>
              flatSource(bindings([['x', 'f32']], [['y', 'f32']]), size, `y[i] += ${rate} * (x[i] - y[i]);`),
          },
          [parameter],
          [average],
          flatGrid(size),
        );
      }
    }
  }

  dispose(): void {
    for (const average of this.averages.values()) average.dispose();
  }
}
