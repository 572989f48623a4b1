/**
 * Muon (Keller Jordan et al., 2024, https://kellerjordan.github.io/posts/muon): the update of a matrix is its momentum
 * with all singular values brought near one, by five Newton–Schulz steps. It is scaled by 0.2·√max(rows, columns), the
 * size of AdamW's updates, and the weights decay apart from it (Moonlight, arXiv 2502.16982, section 2.2). For the
 * matrices of hidden layers; an embedding and gains are AdamW's. Nothing is read back from a GPU.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, setValues } from '../../backend/gpu';
import type { AdamW } from '../adamw/adamw';
import { applyComposite } from './composite';
import { MuonKernels } from './kernels';
import { DEFAULT_MUON, type MuonGroup, type MuonOptions } from './options';

/** The width of a read of f16 matrices: eight numbers at once. */
const PER_READ = 8;

export class Muon {
  readonly #groups: readonly MuonGroup[];
  readonly #kernels: MuonKernels | undefined;
  #rate = 0;

  /**
   * @param matrices rows and columns are multiples of 8
   * @param clipping clips all gradients and decides whether a step is applied: it goes first in each step
   * @throws Error naming a matrix of another size
   */
  constructor(
    readonly matrices: ReadonlyMap<string, tf.Variable>,
    readonly clipping: AdamW,
    readonly options: MuonOptions = DEFAULT_MUON,
  ) {
    this.#groups = groupsOf(matrices);
    const gpu = activeGpu();
    this.#kernels =
      gpu === undefined
        ? undefined
        : new MuonKernels(gpu, matrices, this.#groups, clipping.control!, options);
  }

  /** Sets the learning rate; an update that is replayed uses the new one. */
  setRate(learningRate: number): void {
    this.#rate = learningRate;
    this.#kernels?.setRate(learningRate);
  }

  /**
   * One update, after the step's `clipping.apply`.
   * @param norm what that returned
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, norm: tf.Scalar): void {
    if (this.#kernels !== undefined) {
      this.#kernels.apply(gradients);
      return;
    }
    const length = norm.dataSync<'float32'>()[0]!;
    if (!Number.isFinite(length)) return;
    const clip = Math.min(1, this.clipping.options.clipNorm / length);
    for (const group of this.#groups)
      applyComposite(group, this.matrices, gradients, { rate: this.#rate, clip, ...this.options });
  }

  /** For a checkpoint: the momentum, `NAME.m` for each matrix. */
  async state(): Promise<Map<string, Float32Array>> {
    const state = new Map<string, Float32Array>();
    for (const { names, momentum } of this.#groups) {
      const values = await momentum.data<'float32'>();
      const size = values.length / names.length;
      names.forEach((name, i) => state.set(`${name}.m`, values.slice(i * size, (i + 1) * size)));
    }
    return state;
  }

  /** @throws Error if the state is not of these matrices; nothing is changed then. */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    const values = this.#groups.map(({ names, rows, columns }) => {
      const all = new Float32Array(names.length * rows * columns);
      names.forEach((name, i) => {
        const one = state.get(`${name}.m`);
        if (one?.length !== rows * columns)
          throw new Error(
            `the optimiser's state has ${one === undefined ? 'no' : `${one.length} instead of ${rows * columns}`} values for ${name}.m: it belongs to another network`,
          );
        all.set(one, i * rows * columns);
      });
      return all;
    });
    this.#groups.forEach(({ momentum }, i) => setValues(momentum, values[i]!));
  }

  dispose(): void {
    for (const { momentum } of this.#groups) momentum.dispose();
  }
}

function groupsOf(matrices: ReadonlyMap<string, tf.Variable>): MuonGroup[] {
  const byShape = new Map<string, string[]>();
  for (const [name, { shape }] of matrices) {
    if (shape.length !== 2 || shape.some((length) => length % PER_READ !== 0))
      throw new Error(
        `Muon takes matrices whose rows and columns are multiples of ${PER_READ}; ${name} is ${shape.join(' × ')}. Train with --optimizer adamw.`,
      );
    const key = shape.join('×');
    byShape.set(key, [...(byShape.get(key) ?? []), name]);
  }
  return [...byShape.values()].map((names) => {
    const [rows, columns] = matrices.get(names[0]!)!.shape as [number, number];
    const momentum = tf.tidy(() => tf.variable(tf.zeros([names.length, rows, columns]), false));
    return { names, rows, columns, momentum };
  });
}
