/** An exponential moving average of the weights, which is what is evaluated and exported. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, setValues } from '../../backend/gpu';
import { moveAveragesComposite } from './composite';
import { moveAverages } from './kernels';

/** x · 1 is a copy: a clone would share the buffer that the optimiser writes to. */
function copied(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(x, 1));
}

export class Ema {
  readonly averages: ReadonlyMap<string, tf.Variable>;
  /** The rate at which the next update moves the averages; on WebGPU the kernels read it from `#rateTensor`. */
  #rate = 0;
  readonly #rateTensor: tf.Variable;
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
    this.#rateTensor = tf.variable(tf.zeros([1]), false);
  }

  /** Updates so far. */
  get updates(): number {
    return this.#updates;
  }

  /**
   * Counts an update and sets its rate, 1 − decay. The decay grows to its value as (1 + n) / (10 + n), so that the first
   * weights are soon forgotten. An update that is replayed uses the new rate.
   */
  advance(): void {
    this.#updates++;
    this.#rate = 1 - Math.min(this.decay, (1 + this.#updates) / (10 + this.#updates));
    activeGpu()?.write(this.#rateTensor, Float32Array.of(this.#rate));
  }

  /** average += rate · (parameter − average) */
  apply(): void {
    const gpu = activeGpu();
    if (gpu === undefined) moveAveragesComposite(this.#rate, this.parameters, this.averages);
    else moveAverages(gpu, this.#rateTensor, this.parameters, this.averages);
  }

  /**
   * Puts the averages in the parameters' place while `use` runs, then the parameters back: the two change their data,
   * nothing is copied, and kernels recorded before find each where it was.
   */
  async during<T>(use: () => Promise<T>): Promise<T> {
    const swap = (): void => {
      for (const [name, parameter] of this.parameters) {
        const average = this.averages.get(name)!;
        [parameter.dataId, average.dataId] = [average.dataId, parameter.dataId];
      }
    };
    swap();
    try {
      return await use();
    } finally {
      swap();
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
    for (const [name, average] of this.averages) setValues(average, state.get(name)!);
    this.#updates = state.get('updates')?.[0] ?? 0;
  }

  dispose(): void {
    for (const average of this.averages.values()) average.dispose();
    this.#rateTensor.dispose();
  }
}
