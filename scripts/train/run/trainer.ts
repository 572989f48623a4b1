/** A network with its optimiser: one call for each step of training-step.ts, which queues work and waits for nothing. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../backend/gpu';
import { Replayer, type OnFinal } from '../backend/plan';
import type { Batch, DeviceBatch, Network } from '../network/network';
import { DEFAULT_ADAMW } from '../ops/adamw/options';
import { Ema } from '../ops/ema/ema';
import type { Averaging } from '../together/averaging';
import { Optimizer, refuseOther, under, type OptimizerOptions } from './optimizer';
import { meanGradients, trainingStep, update, type Learner } from './training-step';

export interface TrainerOptions {
  /** Absent: AdamW. */
  readonly optimizer?: OptimizerOptions;
  /** Decay per step of the moving average of the weights; 0 or absent: none is kept. */
  readonly emaDecay?: number;
  /** True, the default, to record the kernels of a step once and then replay them, where kernels run. */
  readonly replay?: boolean;
}

/** The figures of a step. */
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

export class Trainer {
  readonly #learner: Learner;
  /** A whole step, and the two halves of one between which the gradients are averaged with other processes'. */
  readonly #step: Runner;
  readonly #gradients: Runner;
  readonly #update: Runner;

  constructor(
    readonly network: Network,
    options: TrainerOptions = {},
  ) {
    const { emaDecay = 0 } = options;
    this.#learner = {
      network,
      optimizer: new Optimizer(network.parameters, options.optimizer ?? { adamw: DEFAULT_ADAMW }),
      ema: emaDecay === 0 ? undefined : new Ema(network.parameters, emaDecay),
    };
    const gpu = activeGpu();
    const runner = (): Runner =>
      gpu === undefined || options.replay === false ? new DirectRunner() : new Replayer(gpu);
    [this.#step, this.#gradients, this.#update] = [runner(), runner(), runner()];
  }

  /** Runs with the averaged weights in the network where an average is kept, else with its own. */
  withAverages<T>(use: () => Promise<T>): Promise<T> {
    return this.#learner.ema === undefined ? use() : this.#learner.ema.during(use);
  }

  /** One update from one batch, or from the mean over several (gradient accumulation). */
  step(batches: Batch | readonly Batch[], learningRate: number): StepResult {
    const placed = this.#place('ids' in batches ? [batches] : batches);
    this.#setRates(learningRate);
    const [loss, norm] = this.#step.run(placed.flatMap(tensorsOf), () => [
      ...trainingStep(this.#learner, placed),
    ]);
    return resultOf(loss!, norm!);
  }

  /** The same, from the mean over the batches of all processes. Waits for the gradients to be averaged. */
  async stepTogether(
    batches: readonly Batch[],
    learningRate: number,
    averaging: Averaging,
  ): Promise<StepResult> {
    const placed = this.#place(batches);
    const work = (): tf.Tensor[] => {
      const { loss, gradients } = meanGradients(this.network, placed);
      return [loss, ...gradients.values()];
    };
    // In the order of the parameters, as the network makes them.
    const [loss, ...gradients] = await averaging.average((onFinal) =>
      this.#gradients.run(placed.flatMap(tensorsOf), work, onFinal),
    );
    const named = new Map([...this.network.parameters.keys()].map((name, i) => [name, gradients[i]!]));
    this.#setRates(learningRate);
    // They outlive the update, which is replayed as long as they are where they were: so they are no inputs.
    const [norm] = this.#update.run([], () => [update(this.#learner, named)]);
    return resultOf(loss!, norm!);
  }

  /** Loss of a batch; nothing is learned from it. */
  async evaluate(batch: Batch): Promise<number> {
    const loss = this.network.loss(batch, false);
    const [value] = await readAll([loss]);
    loss.dispose();
    return value!;
  }

  /** Everything a checkpoint needs: weights by name, the optimiser's state under `adamw.` and `muon.`, averages under `ema.`. */
  async snapshot(): Promise<Map<string, Float32Array>> {
    const tensors = await this.network.values();
    for (const [name, values] of await this.#learner.optimizer.state()) tensors.set(name, values);
    for (const [name, values] of (await this.#learner.ema?.state()) ?? []) tensors.set(`ema.${name}`, values);
    return tensors;
  }

  /** @throws Error if the snapshot is of another network or optimiser. */
  restore(tensors: ReadonlyMap<string, Float32Array>): void {
    refuseOther(this.#learner.optimizer.name, tensors);
    this.network.assign(tensors);
    this.#learner.optimizer.restore(tensors);
    const averages = under('ema.', tensors);
    // A snapshot of a run without averages: they start again from its weights.
    this.#learner.ema?.restore(averages.size > 0 ? averages : tensors);
  }

  dispose(): void {
    for (const runner of [this.#step, this.#gradients, this.#update]) runner.dispose();
    this.#learner.optimizer.dispose();
    this.#learner.ema?.dispose();
  }

  #place(batches: readonly Batch[]): DeviceBatch[] {
    if (batches.length === 0) throw new Error('a step needs at least one batch');
    return batches.map((batch) => this.network.place(batch));
  }

  /** Sets the numbers that an update needs besides the gradients; no part of the replay. */
  #setRates(learningRate: number): void {
    this.#learner.optimizer.setRate(learningRate);
    this.#learner.ema?.advance();
  }
}

/** Runs a step's work, whose inputs it owns; what it returns is good until the next run. */
interface Runner {
  /** @param onFinal is told of some of the tensors before the others are computed, if that can be known */
  run(inputs: readonly tf.Tensor[], work: () => tf.Tensor[], onFinal?: OnFinal): readonly tf.Tensor[];
  dispose(): void;
}

/** Runs the work as it is. */
class DirectRunner implements Runner {
  #last: readonly tf.Tensor[] = [];

  run(inputs: readonly tf.Tensor[], work: () => tf.Tensor[]): readonly tf.Tensor[] {
    this.dispose();
    this.#last = tf.tidy(work).map((tensor) => tf.keep(tensor));
    tf.dispose([...inputs]);
    activeGpu()?.submit();
    return this.#last;
  }

  dispose(): void {
    tf.dispose([...this.#last]);
    this.#last = [];
  }
}

function tensorsOf({ ids, rows, positions, kinds, targets, weights }: DeviceBatch): tf.Tensor[] {
  return [...ids.tensors, ...rows.tensors, positions, kinds, targets, weights];
}

/** Values of float32 tensors one after the other. These may be overwritten or disposed of while they are on the way. */
async function readAll(tensors: readonly tf.Tensor[]): Promise<Float32Array> {
  const gpu = activeGpu();
  if (gpu !== undefined) return gpu.read(tensors);
  const held = tensors.map((tensor) => tf.keep(tensor.clone()));
  const parts = await Promise.all(held.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(held);
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  return all;
}

function resultOf(loss: tf.Tensor, norm: tf.Tensor): StepResult {
  const read = async (tensor: tf.Tensor): Promise<number> => (await readAll([tensor]))[0]!;
  return {
    get loss() {
      return read(loss);
    },
    get gradientNorm() {
      return read(norm);
    },
    get numbers() {
      return readAll([loss, norm]).then(([first, second]) => ({ loss: first!, gradientNorm: second! }));
    },
  };
}
