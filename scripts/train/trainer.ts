/** A network with its optimiser: one call per training step, which queues work and waits for nothing. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from './backend/gpu';
import type { Batch, Network } from './network';
import { AdamW, defaultAdamW, type AdamWOptions } from './ops/adamw';
import { Ema } from './ops/ema';
import { sumParts } from './ops/sum.kernels';

export interface TrainerOptions {
  readonly adamw?: AdamWOptions;
  /** Decay per step of the moving average of the weights; 0 or absent: none is kept. */
  readonly emaDecay?: number;
}

/** What a step was like. */
export interface StepNumbers {
  readonly loss: number;
  /** Before clipping. Not finite: the update was skipped. */
  readonly gradientNorm: number;
}

/** A step's numbers. Asking for them waits for the device; ask before the next step, or never. */
export interface StepResult {
  readonly loss: Promise<number>;
  readonly gradientNorm: Promise<number>;
  /** Both in one read. */
  readonly numbers: Promise<StepNumbers>;
}

/** Averages numbers over the processes that train together. */
export interface Exchange {
  /** Puts the mean over all processes in place of the values. Every process must call it with as many. */
  average(values: Float32Array): Promise<void>;
}

interface Sum {
  loss: tf.Scalar;
  gradients: Map<string, tf.Tensor>;
}

export class Trainer {
  readonly #optimizer: AdamW;
  readonly #ema: Ema | undefined;
  #last: tf.Scalar[] = [];

  constructor(
    readonly network: Network,
    options: TrainerOptions = {},
  ) {
    this.#optimizer = new AdamW(network.parameters, options.adamw ?? defaultAdamW);
    const { emaDecay = 0 } = options;
    this.#ema = emaDecay === 0 ? undefined : new Ema(network.parameters, emaDecay);
  }

  /** Runs with the averaged weights in the network where an average is kept, else with its own. */
  withAverages<T>(use: () => Promise<T>): Promise<T> {
    return this.#ema === undefined ? use() : this.#ema.during(use);
  }

  /** One update from one batch, or from the mean over several (gradient accumulation). */
  step(batches: Batch | readonly Batch[], learningRate: number): StepResult {
    const all: readonly Batch[] = 'ids' in batches ? [batches] : batches;
    return this.#update(() => this.#accumulate(all), learningRate);
  }

  /** The same, from the mean over the batches of all processes. Waits for the gradients to be read and averaged. */
  async stepTogether(
    batches: readonly Batch[],
    learningRate: number,
    exchange: Exchange,
  ): Promise<StepResult> {
    const own = tf.tidy(() => {
      const { loss, gradients } = this.#accumulate(batches);
      return [loss, ...gradients.values()];
    });
    activeGpu()?.submit();
    const parts = await Promise.all(own.map((tensor) => tensor.data<'float32'>()));
    tf.dispose(own);
    const flat = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let length = 0;
    for (const part of parts) {
      flat.set(part, length);
      length += part.length;
    }
    await exchange.average(flat);
    return this.#update(() => {
      let start = 1;
      const gradients = new Map<string, tf.Tensor>();
      for (const [name, { shape, size }] of this.network.parameters) {
        gradients.set(name, tf.tensor(flat.subarray(start, start + size), shape));
        start += size;
      }
      return { loss: tf.scalar(flat[0]!), gradients };
    }, learningRate);
  }

  #update(gradients: () => Sum, learningRate: number): StepResult {
    tf.dispose(this.#last);
    const [loss, norm] = tf.tidy(() => {
      const sum = gradients();
      const result = this.#optimizer.apply(sum.gradients, learningRate);
      return [sum.loss, result] as [tf.Scalar, tf.Scalar];
    });
    this.#ema?.update();
    activeGpu()?.submit();
    this.#last = [tf.keep(loss), tf.keep(norm)];
    return {
      get loss() {
        return readScalar(loss);
      },
      get gradientNorm() {
        return readScalar(norm);
      },
      get numbers() {
        return readBoth(loss, norm);
      },
    };
  }

  /** Loss of a batch; nothing is learned from it. */
  async evaluate(batch: Batch): Promise<number> {
    const loss = this.network.loss(batch, false);
    const value = await readScalar(loss);
    loss.dispose();
    return value;
  }

  /** Everything a checkpoint needs: weights by name, the optimiser's state under `adamw.`, averages under `ema.`. */
  async snapshot(): Promise<Map<string, Float32Array>> {
    const tensors = await this.network.values();
    for (const [name, values] of await this.#optimizer.state()) tensors.set(`adamw.${name}`, values);
    for (const [name, values] of (await this.#ema?.state()) ?? []) tensors.set(`ema.${name}`, values);
    return tensors;
  }

  /** @throws Error if the snapshot is of another network. */
  restore(tensors: ReadonlyMap<string, Float32Array>): void {
    const under = (prefix: string): Map<string, Float32Array> =>
      new Map(
        [...tensors].flatMap(([name, values]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [],
        ),
      );
    this.network.assign(tensors);
    this.#optimizer.restore(under('adamw.'));
    const averages = under('ema.');
    // A snapshot of a run without averages: they start again from its weights.
    this.#ema?.restore(averages.size > 0 ? averages : tensors);
  }

  dispose(): void {
    tf.dispose(this.#last);
    this.#last = [];
    this.#optimizer.dispose();
    this.#ema?.dispose();
  }

  #accumulate(batches: readonly Batch[]): Sum {
    const [first, ...rest] = batches;
    if (first === undefined) throw new Error('a step needs at least one batch');
    const sum = this.network.lossAndGradients(first);
    for (const batch of rest) {
      const more = this.network.lossAndGradients(batch);
      sum.loss = tf.add(sum.loss, more.loss);
      for (const [name, gradient] of more.gradients)
        sum.gradients.set(name, addTo(sum.gradients.get(name)!, gradient));
    }
    if (rest.length === 0) return sum;
    const share = 1 / batches.length;
    return {
      loss: tf.mul(sum.loss, share),
      gradients: new Map([...sum.gradients].map(([name, gradient]) => [name, tf.mul(gradient, share)])),
    };
  }
}

/** total + term, in total's place where kernels run; term is freed. */
function addTo(total: tf.Tensor, term: tf.Tensor): tf.Tensor {
  const gpu = activeGpu();
  const sum = gpu === undefined ? tf.add(total, term) : total;
  if (gpu !== undefined) sumParts(gpu, term, { parts: 1, size: term.size, accumulate: true }, total);
  term.dispose();
  if (sum !== total) total.dispose();
  return sum;
}

/** The scalar itself may be disposed while its value is on the way. */
async function readScalar(scalar: tf.Scalar): Promise<number> {
  const held = tf.keep(scalar.clone());
  const [value] = await held.data<'float32'>();
  held.dispose();
  return value!;
}

async function readBoth(loss: tf.Scalar, norm: tf.Scalar): Promise<StepNumbers> {
  const both = tf.stack([loss, norm]);
  const [first, second] = await both.data<'float32'>();
  both.dispose();
  return { loss: first!, gradientNorm: second! };
}
