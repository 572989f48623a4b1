import * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { workgroupSum, workgroupSumDeclarations } from '../shared/sum-kernels';
import { bindable, bindEach, branches, flatBranches, shapesOf, type Part } from '../shared/multi-tensor';
import { bindings, ENTRY, gridOf, reductionDirectives, THREADS } from '../shared/wgsl';
import { decays, type AdamWOptions, type Moments } from './options';

/** Items whose squares a workgroup sums. */
const SQUARES_PER_GROUP = 8 * THREADS;

/** The fields of `control`; the update kernels read it, Muon's as well, whose rate is `matrixRate`. */
export const CONTROL = {
  steps: 0,
  norm: 1,
  scale: 2,
  apply: 3,
  size1: 4,
  size2: 5,
  rate: 6,
  matrixRate: 7,
  length: 8,
} as const;

/** A few parameters per kernel, as many as can be bound; the global norm, the step count and the learning rate live in `control`. */
export class AdamWKernels {
  readonly control: tf.Variable;
  /** Sums of squares, one for each workgroup of the norm's kernels. */
  readonly #sums: tf.Variable;
  readonly #normed: readonly (readonly Part<string>[])[];
  readonly #updated: readonly (readonly Part<string>[])[];

  /** @param clipped all whose gradients have a part in the norm */
  constructor(
    private readonly gpu: Gpu,
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    clipped: ReadonlyMap<string, tf.Variable>,
    private readonly moments: ReadonlyMap<string, Moments>,
    private readonly options: AdamWOptions,
  ) {
    const tensorOf = (name: string): tf.Tensor => clipped.get(name)!;
    this.#normed = bindable(gpu, [...clipped.keys()], { own: 1, shared: 1 }, tensorOf);
    this.#updated = bindable(gpu, [...parameters.keys()], { own: 4, shared: 1 }, tensorOf);
    const sums = this.#normed
      .flat()
      .reduce((sum, { items }) => sum + Math.ceil(items / SQUARES_PER_GROUP), 0);
    this.control = tf.variable(tf.zeros([CONTROL.length]), false);
    this.#sums = tf.variable(tf.zeros([sums]), false);
  }

  /** For the updates to come, those recorded before as well. */
  setRate(learningRate: number): void {
    this.gpu.write(this.control, Float32Array.of(learningRate), CONTROL.rate);
  }

  apply(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
    let first = 0;
    for (const parts of this.#normed) first += this.#squareSums(parts, gradients, first);
    const norm = this.#decide();
    for (const parts of this.#updated) this.#update(parts, gradients);
    return norm;
  }

  async steps(): Promise<number> {
    return (await this.control.data<'float32'>())[CONTROL.steps]!;
  }

  setSteps(steps: number): void {
    const control = new Float32Array(CONTROL.length);
    control[CONTROL.steps] = steps;
    this.gpu.write(this.control, control);
  }

  dispose(): void {
    this.control.dispose();
    this.#sums.dispose();
  }

  /** Writes `sums` from number `first` on. Returns how many. */
  #squareSums(
    parts: readonly Part<string>[],
    gradients: ReadonlyMap<string, tf.Tensor>,
    first: number,
  ): number {
    const { body, groups } = branches(parts, SQUARES_PER_GROUP, (p, { items, type }) => {
      const square = type === 'vec4f' ? 'dot(v, v)' : 'v * v';
      return `let end = min((own + 1u) * ${SQUARES_PER_GROUP}u, ${items}u);
    for (var i = own * ${SQUARES_PER_GROUP}u + t; i < end; i += ${THREADS}u) {
      let v = x${p}[i];
      mine += ${square};
    }`;
    });
    this.gpu.record(
      {
        name: 'gradient norm',
        key: `${first} ${shapesOf(parts)}`,
        source: () => `${reductionDirectives(this.gpu)}
${bindings(bindEach(parts, 'x'), [['sums', 'f32']])}
${workgroupSumDeclarations(this.gpu)}
${ENTRY}
  var mine = 0.0;
  ${body}
  ${workgroupSum('mine', 'total')}
  if (t == 0u && group < ${groups}u) { sums[${first}u + group] = total; }
}`,
      },
      parts.map(({ of }) => gradients.get(of)!),
      [this.#sums],
      gridOf(groups),
    );
    return groups;
  }

  /** Norm, clipping and whether to apply the update at all; a NaN or an infinity anywhere makes the norm so. */
  #decide(): tf.Scalar {
    const { beta1, beta2, clipNorm } = this.options;
    const norm = this.gpu.allocate([]);
    const sums = this.#sums.size;
    this.gpu.record(
      {
        name: 'clip',
        key: JSON.stringify([sums, beta1, beta2, clipNorm]),
        // The comparison is on the bits: a compiler may assume that a float is never infinite or NaN.
        source: () => `${reductionDirectives(this.gpu)}
${bindings(
  [['sums', 'f32']],
  [
    ['control', 'f32'],
    ['norm', 'f32'],
  ],
)}
${workgroupSumDeclarations(this.gpu)}
${ENTRY}
  var mine = 0.0;
  for (var i = group * ${THREADS}u + t; i < ${sums}u; i += ${THREADS}u) { mine += sums[i]; }
  ${workgroupSum('mine', 'total')}
  if (t == 0u) {
    let length = sqrt(total);
    let finite = (bitcast<u32>(total) & 0x7f800000u) != 0x7f800000u;
    norm[0] = length;
    control[${CONTROL.norm}] = length;
    control[${CONTROL.apply}] = select(0.0, 1.0, finite);
    if (finite) {
      let steps = control[${CONTROL.steps}] + 1.0;
      control[${CONTROL.steps}] = steps;
      control[${CONTROL.scale}] = min(1.0, ${clipNorm} / max(length, 1e-30));
      control[${CONTROL.size1}] = 1.0 / (1.0 - pow(${beta1}, steps));
      control[${CONTROL.size2}] = 1.0 / (1.0 - pow(${beta2}, steps));
    }
  }
}`,
      },
      [this.#sums],
      [this.control, norm],
      [1],
    );
    return this.gpu.own<tf.Rank.R0>(norm);
  }

  #update(parts: readonly Part<string>[], gradients: ReadonlyMap<string, tf.Tensor>): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const parameters = parts.map(({ of }) => this.parameters.get(of)!);
    const moments = parts.map(({ of }) => this.moments.get(of)!);
    const decay = parameters.map((parameter) => (decays(parameter) ? weightDecay : 0));
    const { body, grid } = flatBranches(
      parts,
      (p) => `let g = gradient${p}[i] * control[${CONTROL.scale}];
    let first = ${beta1} * m${p}[i] + ${1 - beta1} * g;
    let second = ${beta2} * v${p}[i] + ${1 - beta2} * g * g;
    m${p}[i] = first;
    v${p}[i] = second;
    w${p}[i] = w${p}[i] * (1.0 - rate * ${decay[p]!.toFixed(9)})
      - rate * control[${CONTROL.size1}] * first / (sqrt(second * control[${CONTROL.size2}]) + ${epsilon});`,
    );
    this.gpu.record(
      {
        name: 'adamw',
        key: `${shapesOf(parts)} ${JSON.stringify([beta1, beta2, epsilon, decay])}`,
        source: () => `${bindings(
          [['control', 'f32'], ...bindEach(parts, 'gradient')],
          bindEach(parts, 'w', 'm', 'v'),
        )}
${ENTRY}
  if (control[${CONTROL.apply}] == 0.0) { return; }
  let rate = control[${CONTROL.rate}];
  ${body}
}`,
      },
      [this.control, ...parts.map(({ of }) => gradients.get(of)!)],
      [...parameters, ...moments.map(({ m }) => m), ...moments.map(({ v }) => v)],
      grid,
    );
  }
}
