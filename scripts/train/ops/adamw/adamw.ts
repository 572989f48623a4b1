/**
 * AdamW (Loshchilov and Hutter, 2019) over all parameters, with clipping by the global norm. A step whose gradients are
 * not all finite changes nothing. Nothing is read back: the norm, the decision and the step count stay on the device.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, setValues } from '../../backend/gpu';
import { AdamWKernels } from './kernels';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Applied to matrices only. */
  readonly weightDecay: number;
  /** Global norm above which gradients are scaled down to it. */
  readonly clipNorm: number;
}

export const DEFAULT_ADAM_W: AdamWOptions = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
};

export interface Moments {
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

/** Weight decay is for matrices; gains of norms are left alone. */
export function decays(parameter: tf.Tensor): boolean {
  return parameter.rank > 1;
}

export class AdamW {
  readonly #moments: ReadonlyMap<string, Moments>;
  readonly #kernels: AdamWKernels | undefined;
  /** Updates applied so far; on WebGPU the kernels hold it on the device. */
  #steps = 0;
  #rate = 0;

  /** @param clipped all whose gradients are clipped together; those that are not in `parameters` are updated by others */
  constructor(
    readonly parameters: ReadonlyMap<string, tf.Variable>,
    readonly options: AdamWOptions = DEFAULT_ADAM_W,
    readonly clipped: ReadonlyMap<string, tf.Variable> = parameters,
  ) {
    const zeros = (parameter: tf.Variable): tf.Variable =>
      tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false));
    this.#moments = new Map(
      [...parameters].map(([name, parameter]) => [name, { m: zeros(parameter), v: zeros(parameter) }]),
    );
    const gpu = activeGpu();
    this.#kernels =
      gpu === undefined ? undefined : new AdamWKernels(gpu, parameters, clipped, this.#moments, options);
  }

  /** Where kernels run: what the clipping decided for the step at hand, for the kernels of others. */
  get control(): tf.Variable | undefined {
    return this.#kernels?.control;
  }

  /** Sets the learning rate. On WebGPU it goes where the kernels read it: an update that is replayed uses the new one. */
  setRate(learningRate: number): void {
    this.#rate = learningRate;
    this.#kernels?.setRate(learningRate);
  }

  /**
   * One update. Returns the gradients' global norm before clipping, NaN or infinite if the update was skipped.
   * @param gradients one for each of `clipped`
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
    for (const name of this.clipped.keys())
      if (!gradients.has(name)) throw new Error(`there is no gradient for the parameter ${name}`);
    return this.#kernels?.apply(gradients) ?? this.#applyComposite(gradients);
  }

  #applyComposite(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
    const learningRate = this.#rate;
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.options;
    const normTensor: tf.Scalar = tf.tidy(() =>
      tf.sqrt(tf.addN([...gradients.values()].map((gradient) => tf.sum(tf.square(gradient))))),
    );
    const norm = normTensor.dataSync<'float32'>()[0]!;
    if (!Number.isFinite(norm)) return normTensor;
    this.#steps++;
    const clip = Math.min(1, clipNorm / norm);
    const correction1 = 1 - beta1 ** this.#steps;
    const correction2 = 1 - beta2 ** this.#steps;
    for (const [name, parameter] of this.parameters) {
      const { m, v } = this.#moments.get(name)!;
      tf.tidy(() => {
        const gradient = tf.mul(gradients.get(name)!, clip);
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
        const change = tf.div(
          tf.mul(m, learningRate / correction1),
          tf.add(tf.sqrt(tf.div(v, correction2)), epsilon),
        );
        parameter.assign(
          tf.sub(tf.mul(parameter, decays(parameter) ? 1 - learningRate * weightDecay : 1), change),
        );
      });
    }
    return normTensor;
  }

  /** For a checkpoint: `NAME.m`, `NAME.v` for each parameter, and `steps`. */
  async state(): Promise<Map<string, Float32Array>> {
    const state = new Map<string, Float32Array>();
    for (const [name, { m, v }] of this.#moments) {
      state.set(`${name}.m`, await m.data<'float32'>());
      state.set(`${name}.v`, await v.data<'float32'>());
    }
    state.set(
      'steps',
      Float32Array.of(this.#kernels === undefined ? this.#steps : await this.#kernels.steps()),
    );
    return state;
  }

  /** @throws Error if the state is not of these parameters. */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    const read = (key: string, size: number): Float32Array => {
      const values = state.get(key);
      if (values?.length !== size)
        throw new Error(
          `the optimiser's state has ${values === undefined ? 'no' : `${values.length} instead of ${size}`} values for ${key}: it belongs to another network`,
        );
      return values;
    };
    for (const [name, moments] of this.#moments) {
      for (const part of ['m', 'v'] as const)
        setValues(moments[part], read(`${name}.${part}`, moments[part].size));
    }
    this.#steps = read('steps', 1)[0]!;
    this.#kernels?.setSteps(this.#steps);
  }

  dispose(): void {
    for (const { m, v } of this.#moments.values()) {
      m.dispose();
      v.dispose();
    }
    this.#kernels?.dispose();
  }
}
