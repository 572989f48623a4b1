/** An exponential moving average of the weights, which is what is evaluated and exported. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../backend/gpu';
import { bindings, flatGrid, flatSource } from './wgsl';

/** x · 1 is a copy: a clone would share the buffer that the optimiser writes to. */
const copied = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.mul(x, 1));

export class Ema {
  readonly averages: ReadonlyMap<string, tf.Variable>;
  #updates = 0;

  /** Starts as a copy of the parameters. */
  constructor(
    readonly parameters: ReadonlyMap<string, tf.Variable>,
    readonly decay: number,
  ) {
    this.averages = new Map(
      [...parameters].map(([name, parameter]) => [
        name,
        tf.tidy(() => tf.variable(copied(parameter), false)),
      ]),
    );
  }

  /** Updates so far. */
  get updates(): number {
    return this.#updates;
  }

  /**
   * average += (1 − decay) · (parameter − average). The decay grows to its value as (1 + n) / (10 + n), so that the
   * first weights are soon forgotten.
   */
  update(): void {
    const gpu = activeGpu();
    this.#updates++;
    const rate = 1 - Math.min(this.decay, (1 + this.#updates) / (10 + this.#updates));
    const rateTensor = tf.tensor1d([rate]);
    for (const [name, parameter] of this.parameters) {
      const average = this.averages.get(name)!;
      if (gpu === undefined) {
        tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(parameter, average), rateTensor))));
      } else {
        const { size } = parameter;
        const source = (): string =>
          flatSource(
            bindings(
              [
                ['x', 'f32'],
                ['rate', 'f32'],
              ],
              [['y', 'f32']],
            ),
            size,
            'y[i] += rate[0] * (x[i] - y[i]);',
          );
        gpu.record(
          { name: 'ema', key: String(size), source },
          [parameter, rateTensor],
          [average],
          flatGrid(size),
        );
      }
    }
    rateTensor.dispose();
  }

  /** Puts the averages in the parameters' place while `use` runs, then the parameters back. */
  async during<T>(use: () => Promise<T>): Promise<T> {
    const own = new Map([...this.parameters].map(([name, parameter]) => [name, copied(parameter)]));
    const put = (values: ReadonlyMap<string, tf.Tensor>): void => {
      for (const [name, parameter] of this.parameters) {
        const copy = copied(values.get(name)!);
        parameter.assign(copy);
        copy.dispose();
      }
    };
    put(this.averages);
    try {
      return await use();
    } finally {
      put(own);
      tf.dispose([...own.values()]);
    }
  }

  /** For a checkpoint: `NAME` for each average, and `updates`. */
  async state(): Promise<Map<string, Float32Array>> {
    const state = new Map<string, Float32Array>();
    for (const [name, average] of this.averages) state.set(name, await average.data<'float32'>());
    return state.set('updates', Float32Array.of(this.#updates));
  }

  /** @param state of `state`, or plain weights: the averages start again from them then */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    for (const [name, average] of this.averages)
      tf.tidy(() => average.assign(tf.tensor(state.get(name)!, average.shape)));
    this.#updates = state.get('updates')?.[0] ?? 0;
  }

  dispose(): void {
    for (const average of this.averages.values()) average.dispose();
  }
}
