/**
 * AdamW (Loshchilov and Hutter, 2019) over all parameters, with clipping by the global norm. A step whose gradients are
 * not all finite changes nothing. Nothing is read back: the norm, the decision and the step count stay on the device.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, setValues } from '../../backend/gpu';
import { applyComposite, gradientNorm } from './composite';
import { AdamWKernels } from './kernels';
import { DEFAULT_ADAMW, type AdamWOptions, type Moments } from './options';

export class AdamW {
  readonly #moments: ReadonlyMap<string, Moments>;
  readonly #kernels: AdamWKernels | undefined;
  /** Updates applied so far; on WebGPU the kernels hold it on the device. */
  #steps = 0;
  #rate = 0;

  /** @param clipped all whose gradients are clipped together; those that are not in `parameters` are updated by others */
  constructor(
    readonly parameters: ReadonlyMap<string, tf.Variable>,
    readonly options: AdamWOptions = DEFAULT_ADAMW,
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
    if (this.#kernels !== undefined) return this.#kernels.apply(gradients);
    const norm = gradientNorm(gradients);
    const length = norm.dataSync<'float32'>()[0]!;
    if (!Number.isFinite(length)) return norm;
    this.#steps++;
    const step = { ...this.options, rate: this.#rate, steps: this.#steps, norm: length };
    applyComposite(this.parameters, this.#moments, gradients, step);
    return norm;
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
