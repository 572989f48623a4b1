/** A network with its optimiser: one call per training step, which queues work and waits for nothing. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from './backend/gpu';
import type { Batch, Network } from './network';
import { AdamW, defaultAdamW, type AdamWOptions } from './ops/adamw';
import { Ema } from './ops/ema';
import { sumParts } from './ops/sum.kernels';

export interface TrainerOptions {
  readonly adamw?: AdamWOptions;
  /** Decay per step of the moving average of the weights; none without it. */
  readonly emaDecay?: number;
}

/** A step's numbers. Asking for one waits for the device; ask before the next step, or never. */
export interface StepResult {
  readonly loss: Promise<number>;
  /** Before clipping. Not finite: the update was skipped. */
  readonly gradientNorm: Promise<number>;
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
    this.#ema = options.emaDecay === undefined ? undefined : new Ema(network.parameters, options.emaDecay);
  }

  /** The moving average of the weights, if one is kept. */
  get averages(): ReadonlyMap<string, tf.Variable> | undefined {
    return this.#ema?.averages;
  }

  /** One update from one batch, or from the mean over several (gradient accumulation). */
  step(batches: Batch | readonly Batch[], learningRate: number): StepResult {
    tf.dispose(this.#last);
    const all: readonly Batch[] = 'ids' in batches ? [batches] : batches;
    const [loss, norm] = tf.tidy(() => {
      const sum = this.#accumulate(all);
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
    for (const [name, average] of this.#ema?.averages ?? [])
      tensors.set(`ema.${name}`, await average.data<'float32'>());
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
    for (const [name, average] of this.#ema?.averages ?? []) {
      // A snapshot of a run without averages: they start again from its weights.
      const values = averages.get(name) ?? tensors.get(name)!;
      tf.tidy(() => average.assign(tf.tensor(values, average.shape)));
    }
  }

  dispose(): void {
    tf.dispose(this.#last);
    this.#last = [];
    this.#optimizer.dispose();
    this.#ema?.dispose();
  }

  #accumulate(batches: readonly Batch[]): { loss: tf.Scalar; gradients: Map<string, tf.Tensor> } {
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
