import * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../backend/gpu';
import { decays, type AdamWOptions, type Moments } from './adamw';
import { workgroupSum, workgroupSumDeclarations } from './sum.kernels';
import { bindings, entry, flatGrid, flatSource, reductionDirectives, threads } from './wgsl';

/** Partial sums of squares per parameter: 64 of them fill the 256 bytes a binding's offset is aligned to. */
const partsPerParameter = 64;

/** What `control` holds; the update kernels read it. */
const Control = { steps: 0, norm: 1, scale: 2, apply: 3, size1: 4, size2: 5, length: 8 } as const;

/** One kernel per parameter and stage; the global norm and the step count live in `control`. */
export class AdamWKernels {
  readonly #control: tf.Variable;
  readonly #parts: tf.Variable;

  constructor(
    private readonly gpu: Gpu,
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    private readonly moments: ReadonlyMap<string, Moments>,
    private readonly options: AdamWOptions,
  ) {
    this.#control = tf.variable(tf.zeros([Control.length]), false);
    this.#parts = tf.variable(tf.zeros([parameters.size * partsPerParameter]), false);
  }

  apply(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): tf.Scalar {
    [...this.parameters.keys()].forEach((name, i) => this.#squareSum(gradients.get(name)!, i));
    const rate = tf.tensor1d([learningRate]);
    const norm = this.#decide();
    for (const [name, parameter] of this.parameters)
      this.#update(parameter, this.moments.get(name)!, gradients.get(name)!, rate);
    rate.dispose();
    return norm;
  }

  async steps(): Promise<number> {
    return (await this.#control.data<'float32'>())[Control.steps]!;
  }

  setSteps(steps: number): void {
    const control = new Float32Array(Control.length);
    control[Control.steps] = steps;
    tf.tidy(() => this.#control.assign(tf.tensor1d(control)));
  }

  dispose(): void {
    this.#control.dispose();
    this.#parts.dispose();
  }

  #squareSum(gradient: tf.Tensor, parameter: number): void {
    this.gpu.record(
      {
        name: 'gradient norm',
        key: String(gradient.size),
        source: () => `${reductionDirectives(this.gpu)}
${bindings([['x', 'f32']], [['parts', 'f32']])}
${workgroupSumDeclarations(this.gpu)}
${entry}
  var mine = 0.0;
  for (var i = group * ${threads}u + t; i < ${gradient.size}u; i += ${partsPerParameter * threads}u) { let v = x[i]; mine += v * v; }
  ${workgroupSum('mine', 'total')}
  if (t == 0u) { parts[group] = total; }
}`,
      },
      [gradient],
      [
        {
          tensor: this.#parts,
          byteOffset: 4 * partsPerParameter * parameter,
          byteLength: 4 * partsPerParameter,
        },
      ],
      [partsPerParameter],
    );
  }

  /** Norm, clipping and whether to apply the update at all; a NaN or an infinity anywhere makes the norm so. */
  #decide(): tf.Scalar {
    const { beta1, beta2, clipNorm } = this.options;
    const norm = this.gpu.allocate([]);
    const parts = this.#parts.size;
    this.gpu.record(
      {
        name: 'clip',
        key: JSON.stringify([parts, beta1, beta2, clipNorm]),
        // The comparison is on the bits: a compiler may assume that a float is never infinite or NaN.
        source: () => `${reductionDirectives(this.gpu)}
${bindings(
  [['parts', 'f32']],
  [
    ['control', 'f32'],
    ['norm', 'f32'],
  ],
)}
${workgroupSumDeclarations(this.gpu)}
${entry}
  var mine = 0.0;
  for (var i = group * ${threads}u + t; i < ${parts}u; i += ${threads}u) { mine += parts[i]; }
  ${workgroupSum('mine', 'total')}
  if (t == 0u) {
    let length = sqrt(total);
    let finite = (bitcast<u32>(total) & 0x7f800000u) != 0x7f800000u;
    norm[0] = length;
    control[${Control.norm}] = length;
    control[${Control.apply}] = select(0.0, 1.0, finite);
    if (finite) {
      let steps = control[${Control.steps}] + 1.0;
      control[${Control.steps}] = steps;
      control[${Control.scale}] = min(1.0, ${clipNorm} / max(length, 1e-30));
      control[${Control.size1}] = 1.0 / (1.0 - pow(${beta1}, steps));
      control[${Control.size2}] = 1.0 / (1.0 - pow(${beta2}, steps));
    }
  }
}`,
      },
      [this.#parts],
      [this.#control, norm],
      [1],
    );
    return this.gpu.own<tf.Rank.R0>(norm);
  }

  #update(parameter: tf.Variable, { m, v }: Moments, gradient: tf.Tensor, rate: tf.Tensor): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const decay = decays(parameter) ? weightDecay : 0;
    const vector = parameter.size % 4 === 0;
    const type = vector ? 'vec4f' : 'f32';
    const items = vector ? parameter.size / 4 : parameter.size;
    this.gpu.record(
      {
        name: 'adamw',
        key: JSON.stringify([items, type, beta1, beta2, epsilon, decay]),
        source: () =>
          flatSource(
            bindings(
              [
                ['gradient', type],
                ['control', 'f32'],
                ['rate', 'f32'],
              ],
              [
                ['w', type],
                ['m', type],
                ['v', type],
              ],
            ),
            items,
            `if (control[${Control.apply}] == 0.0) { return; }
  let g = gradient[i] * control[${Control.scale}];
  let first = ${beta1} * m[i] + ${1 - beta1} * g;
  let second = ${beta2} * v[i] + ${1 - beta2} * g * g;
  m[i] = first;
  v[i] = second;
  w[i] = w[i] * (1.0 - rate[0] * ${decay.toFixed(9)}) - rate[0] * control[${Control.size1}] * first / (sqrt(second * control[${Control.size2}]) + ${epsilon});`,
          ),
      },
      [gradient, this.#control, rate],
      [parameter, m, v],
      flatGrid(items),
    );
  }
}
