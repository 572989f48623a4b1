/** The mask predictor as it is trained: a Transformer encoder whose context rows do not see holes. */
import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, type Parameters, parameterShapes } from '../../../src/engine/training';
import { setValues } from '../backend/gpu';
import '../ops/add/add';
import { attention } from '../ops/attention/attention';
import { ROW_KIND } from '../ops/attention/row-kind';
import { feedForward } from '../ops/feed-forward/feed-forward';
import { gather, RowIndex } from '../ops/gather/gather';
import { headLoss } from '../ops/head-loss/head-loss';
import { headRotary, rotaryTable } from '../ops/head-rotary/head-rotary';
import { linear, linears } from '../ops/linear/linear';
import { addRmsNorm, rmsNorm } from '../ops/rms-norm/rms-norm';
import { initialValue } from './initial-values';

/** `batch` samples of `length` rows each; arrays over rows are flat, sample after sample. */
export interface Batch {
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /** Each row's {@link ROW_KIND}. */
  readonly kinds: Int32Array;
  /** Flat indices of the predicted rows, padded to a fixed number with row 0 at weight 0. */
  readonly rows: Int32Array;
  readonly targets: Int32Array;
  /**
   * The weight of each predicted row's cross-entropy in the loss: 1/t as in equation 5 of the LLaDA paper, normalised
   * over the batch and not in each sample (see `tokenWeights`; for held-out bits per byte `buildGridBatch`); 0 for padding.
   */
  readonly weights: Float32Array;
  readonly batch: number;
  readonly length: number;
}

/** A batch as tensors, with what the gradients of gathers need. Their shapes depend on the batch's alone. */
export interface DeviceBatch {
  readonly batch: number;
  readonly length: number;
  readonly ids: RowIndex;
  readonly rows: RowIndex;
  readonly positions: tf.Tensor1D;
  readonly kinds: tf.Tensor1D;
  readonly targets: tf.Tensor1D;
  readonly weights: tf.Tensor1D;
}

export class Network {
  /** By the names of {@link parameterShapes}; matrices are [in, out]. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  #table: tf.Tensor2D | undefined;

  /**
   * The same seed gives the same values on every backend.
   *
   * @param config heads are of a multiple of 8, and the norm epsilon is the kernels'
   */
  constructor(
    readonly config: Architecture,
    seed: number,
  ) {
    const variable = (name: string, shape: readonly number[]): tf.Variable =>
      tf.tidy(() => tf.variable(tf.tensor(initialValue(name, shape, config.layers, seed), [...shape]), true));
    this.parameters = new Map(
      parameterShapes(config).map(({ name, shape }) => [name, variable(name, shape)]),
    );
  }

  /** Logits of the batch's predicted rows. [rows, vocabulary] */
  logits(batch: Batch): tf.Tensor2D {
    return this.#withBatch(batch, (device) => linear(this.#hidden(device), this.#matrix('embedding'), true));
  }

  /** Σ weights · cross-entropy. With `gradient` false it cannot be differentiated, and costs less. */
  loss(batch: Batch, gradient = true): tf.Scalar {
    return this.#withBatch(batch, (device) => this.lossOf(device, gradient));
  }

  /** The same of a batch that is placed. */
  lossOf(device: DeviceBatch, gradient: boolean): tf.Scalar {
    const { targets, weights } = device;
    return headLoss(this.#hidden(device), this.#matrix('embedding'), targets, weights, { gradient });
  }

  /**
   * The batch as tensors, which are on the host until a kernel reads them, for the caller to dispose of.
   *
   * @throws Error if its arrays do not fit together
   */
  place(batch: Batch): DeviceBatch {
    checkBatch(batch);
    this.#growTable(batch.positions);
    return {
      batch: batch.batch,
      length: batch.length,
      ids: RowIndex.create(batch.ids, this.config.vocabulary),
      rows: RowIndex.create(batch.rows, batch.ids.length),
      positions: tf.tensor1d(batch.positions, 'int32'),
      kinds: tf.tensor1d(batch.kinds, 'int32'),
      targets: tf.tensor1d(batch.targets, 'int32'),
      weights: tf.tensor1d(batch.weights),
    };
  }

  /** Every parameter's values. */
  async values(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const [name, parameter] of this.parameters) values.set(name, await parameter.data<'float32'>());
    return values;
  }

  /** @throws Error if a parameter is missing or of another size; nothing is changed then. */
  assign(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, parameter] of this.parameters) {
      const size = values.get(name)?.length;
      if (size !== parameter.size)
        throw new Error(
          `the weights have ${size === undefined ? 'no' : `${size} instead of ${parameter.size}`} values for ${name}: they belong to another network`,
        );
    }
    for (const [name, parameter] of this.parameters) setValues(parameter, values.get(name)!);
  }

  /** Takes a bundle's parameters over. @throws Error as `assign` */
  assignParameters(parameters: Parameters): void {
    this.assign(new Map([...parameters].map(([name, { data }]) => [name, data])));
  }

  /** A bundle's parameters. @param values every parameter's */
  parametersOf(values: ReadonlyMap<string, Float32Array>): Parameters {
    return new Map(
      [...this.parameters].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }]),
    );
  }

  dispose(): void {
    for (const parameter of this.parameters.values()) parameter.dispose();
    this.#table?.dispose();
    this.#table = undefined;
  }

  /** The last norm's outputs for the predicted rows. [rows, width] */
  #hidden(device: DeviceBatch): tf.Tensor2D {
    const { layers, heads } = this.config;
    const { batch, length } = device;
    const shape = { batch, length, heads };
    const table = this.#table!;
    let x = gather(this.#matrix('embedding'), device.ids);
    let normed = rmsNorm(x, this.#vector('layer.0.norm1'));
    for (let layer = 0; layer < layers; layer++) {
      const of = (name: string): string => `layer.${layer}.${name}`;
      const project = (input: tf.Tensor2D, ...names: string[]): tf.Tensor2D[] =>
        linears(
          input,
          names.map((name) => this.#matrix(of(name))),
        );
      const [query, key, value] = project(normed, 'query', 'key', 'value') as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      const q = headRotary(query, this.#vector(of('queryNorm')), device.positions, table);
      const k = headRotary(key, this.#vector(of('keyNorm')), device.positions, table);
      const mixed = attention(q, k, value, device.kinds, shape);
      const attended = addRmsNorm(x, project(mixed, 'output')[0]!, this.#vector(of('norm2')));
      normed = attended.normed;
      const [gate, up, down] = [of('gate'), of('up'), of('down')].map((name) => this.#matrix(name));
      const delta = feedForward(normed, [gate!, up!, down!]);
      // The residual sum and the next layer's norm are one kernel; after the last layer only some rows are wanted.
      if (layer === layers - 1)
        return rmsNorm(gather(tf.add(attended.sum, delta), device.rows), this.#vector('norm'));
      ({ sum: x, normed } = addRmsNorm(attended.sum, delta, this.#vector(`layer.${layer + 1}.norm1`)));
    }
    return rmsNorm(gather(x, device.rows), this.#vector('norm'));
  }

  #matrix(name: string): tf.Tensor2D {
    return this.parameters.get(name) as tf.Tensor as tf.Tensor2D;
  }

  #vector(name: string): tf.Tensor1D {
    return this.parameters.get(name) as tf.Tensor as tf.Tensor1D;
  }

  #withBatch<T extends tf.TensorContainer>(batch: Batch, use: (device: DeviceBatch) => T): T {
    return tf.tidy(() => use(this.place(batch)));
  }

  /** Keeps cosines and sines for at least the positions given. */
  #growTable(positions: Int32Array): void {
    const needed = positions.reduce((most, position) => Math.max(most, position), 0) + 1;
    if (this.#table !== undefined && this.#table.shape[0] >= needed) return;
    this.#table?.dispose();
    this.#table = tf.keep(
      rotaryTable(
        2 ** Math.ceil(Math.log2(Math.max(needed, 512))),
        this.config.headWidth,
        this.config.ropeBase,
      ),
    );
  }
}

function checkBatch(batch: Batch): void {
  const rows = batch.batch * batch.length;
  for (const name of ['ids', 'positions', 'kinds'] as const) {
    if (batch[name].length !== rows)
      throw new Error(`a batch of ${batch.batch} × ${batch.length} rows has ${batch[name].length} ${name}`);
  }
  if (batch.targets.length !== batch.rows.length || batch.weights.length !== batch.rows.length) {
    throw new Error(
      `a batch with ${batch.rows.length} predicted rows has ${batch.targets.length} targets and ${batch.weights.length} weights`,
    );
  }
  if (batch.kinds.some((kind) => kind < ROW_KIND.padding || kind > ROW_KIND.hole))
    throw new Error('a batch has a row kind other than 0, 1 and 2');
}
