/**
 * Muon's update as kernels: momentum and norms in f32, then X as f16, divided by its norm beforehand, then the
 * Newton–Schulz products, then the weights in f32, where they are. Scratch memory is given back within the step.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { CONTROL } from '../adamw/kernels';
import { allocateHalf } from '../gemm/half';
import { bindable, bindEach, branches, flatBranches, type Part } from '../shared/multi-tensor';
import { workgroupSum, workgroupSumDeclarations } from '../shared/sum-kernels';
import { bindings, ENTRY, flatGrid, flatSource, gridOf, reductionDirectives, THREADS } from '../shared/wgsl';
import { familiesOf, matrixOf, type Family, type Placed } from './family';
import { iterate } from './iteration';
import type { MuonGroup, MuonOptions } from './options';
import { NEWTON_SCHULZ, updateScale } from './newton-schulz';

/** Vectors of four numbers whose squares a workgroup sums. */
const SQUARES_PER_GROUP = 8 * THREADS;

/** Workgroups, and so partial sums, of one matrix. */
function partsOf({ size }: Placed): number {
  return Math.ceil(size / 4 / SQUARES_PER_GROUP);
}

export class MuonKernels {
  readonly #families: readonly Family[];

  /** @param control AdamW's, which says how much gradients are clipped and whether a step is applied at all */
  constructor(
    private readonly gpu: Gpu,
    private readonly matrices: ReadonlyMap<string, tf.Variable>,
    groups: readonly MuonGroup[],
    private readonly control: tf.Variable,
    private readonly options: MuonOptions,
  ) {
    this.#families = familiesOf(groups);
  }

  /** For the updates to come, those recorded before as well. */
  setRate(learningRate: number): void {
    this.gpu.write(this.control, Float32Array.of(learningRate), CONTROL.matrixRate);
  }

  apply(gradients: ReadonlyMap<string, tf.Tensor>): void {
    const { gpu } = this;
    for (const family of this.#families) {
      // What the products write later, over what they no longer need.
      const numbers = gpu.allocate([family.size]);
      const half = this.#normalised(family, gradients, numbers);
      iterate(gpu, family, half, numbers);
      for (const placed of family.placed) this.#update(placed, half, numbers);
      gpu.release(numbers, half);
    }
  }

  /** The momentum's next values and, divided by their norms, what is made orthogonal. `numbers` are overwritten. */
  #normalised(
    family: Family,
    gradients: ReadonlyMap<string, tf.Tensor>,
    numbers: tf.TensorInfo,
  ): tf.TensorInfo {
    const { gpu } = this;
    const parts = family.placed.reduce((sum, place) => sum + place.group.names.length * partsOf(place), 0);
    const sums = gpu.allocate([parts]);
    let first = 0;
    for (const place of family.placed) {
      this.#accumulate(place, gradients, numbers, sums, first);
      first += place.group.names.length * partsOf(place);
    }
    const factors = this.#factors(family, sums);
    const half = allocateHalf(gpu, family.size);
    gpu.record(
      {
        name: 'muon to f16',
        key: keyOf(family),
        source: () =>
          flatSource(
            `${bindings(
              [
                ['x', 'vec4f'],
                ['factors', 'f32'],
              ],
              [['y', 'vec4u']],
            )}
${matrixOf(family, 8)}`,
            family.size / 8,
            `let factor = factors[matrixOf(i)];
  let a = x[2u * i] * factor;
  let b = x[2u * i + 1u] * factor;
  y[i] = vec4u(pack2x16float(a.xy), pack2x16float(a.zw), pack2x16float(b.xy), pack2x16float(b.zw));`,
          ),
      },
      [numbers, factors],
      [half],
      flatGrid(family.size / 8),
    );
    gpu.release(sums, factors);
    return half;
  }

  /** Momentum, what is made orthogonal, and the sums of its squares from number `firstSum` on. */
  #accumulate(
    place: Placed,
    gradients: ReadonlyMap<string, tf.Tensor>,
    ahead: tf.TensorInfo,
    sums: tf.TensorInfo,
    firstSum: number,
  ): void {
    const { gpu, control } = this;
    const { group, offset, size } = place;
    const { momentum: kept } = this.options;
    let matrix = 0;
    for (const parts of this.#bindable(group, 4)) {
      const first = matrix;
      matrix += parts.length;
      const sum = firstSum + first * partsOf(place);
      const { body, groups } = branches(
        parts,
        SQUARES_PER_GROUP,
        (p, { items }) => `let end = min((own + 1u) * ${SQUARES_PER_GROUP}u, ${items}u);
    for (var i = own * ${SQUARES_PER_GROUP}u + t; i < end; i += ${THREADS}u) {
      let g = gradient${p}[i] * control[${CONTROL.scale}] * ${1 - kept};
      let at = ${((first + p) * size) / 4}u + i;
      let b = ${kept} * momentum[at] + g;
      momentum[at] = b;
      let u = g + ${kept} * b;
      ahead[${offset / 4}u + at] = u;
      mine += dot(u, u);
    }`,
      );
      gpu.record(
        {
          name: 'muon momentum',
          key: JSON.stringify([parts.length, first, offset, size, sum, kept]),
          source: () => `${reductionDirectives(gpu)}
${bindings(
  [['control', 'f32'], ...bindEach(parts, 'gradient')],
  [
    ['momentum', 'vec4f'],
    ['ahead', 'vec4f'],
    ['sums', 'f32'],
  ],
)}
${workgroupSumDeclarations(gpu)}
${ENTRY}
  if (control[${CONTROL.apply}] == 0.0) { return; }
  var mine = 0.0;
  ${body}
  ${workgroupSum('mine', 'total')}
  if (t == 0u && group < ${groups}u) { sums[${sum}u + group] = total; }
}`,
        },
        [control, ...parts.map(({ of }) => gradients.get(of)!)],
        [group.momentum, ahead, sums],
        gridOf(groups),
      );
    }
  }

  /** 1 / (norm + ε) for each matrix. */
  #factors(family: Family, sums: tf.TensorInfo): tf.TensorInfo {
    const { gpu } = this;
    const factors = gpu.allocate([family.matrices]);
    let first = 0;
    const ranges = family.placed.map((place) => {
      const parts = partsOf(place);
      const code = `if (group >= ${place.matrix}u) {
    first = ${first}u + (group - ${place.matrix}u) * ${parts}u;
    parts = ${parts}u;
  }`;
      first += place.group.names.length * parts;
      return code;
    });
    gpu.record(
      {
        name: 'muon norms',
        key: keyOf(family),
        source: () => `${reductionDirectives(gpu)}
${bindings([['sums', 'f32']], [['factors', 'f32']])}
${workgroupSumDeclarations(gpu)}
${ENTRY}
  var first = 0u;
  var parts = 0u;
  ${ranges.join('\n  ')}
  var mine = 0.0;
  for (var i = t; i < parts; i += ${THREADS}u) { mine += sums[first + i]; }
  ${workgroupSum('mine', 'total')}
  if (t == 0u) { factors[group] = 1.0 / (sqrt(total) + ${NEWTON_SCHULZ.epsilon}); }
}`,
      },
      [sums],
      [factors],
      [family.matrices],
    );
    return factors;
  }

  /** Decay, and the update out of the last step's X (f16) and its product with the polynomial. */
  #update({ group, offset, size }: Placed, half: tf.TensorInfo, product: tf.TensorInfo): void {
    const { gpu, control } = this;
    const { weightDecay } = this.options;
    const scale = updateScale(group.rows, group.columns);
    let matrix = 0;
    for (const parts of this.#bindable(group, 3)) {
      const first = matrix;
      matrix += parts.length;
      const { body, grid } = flatBranches(
        parts,
        (p) => `let at = ${(offset + (first + p) * size) / 4}u + i;
    let x = vec4f(unpack2x16float(half[at].x), unpack2x16float(half[at].y));
    w${p}[i] = w${p}[i] * (1.0 - rate * ${weightDecay})
      - rate * ${scale} * (${NEWTON_SCHULZ.a} * x + product[at]);`,
      );
      gpu.record(
        {
          name: 'muon update',
          key: JSON.stringify([parts.length, first, offset, size, scale, weightDecay]),
          source: () => `${bindings(
            [
              ['control', 'f32'],
              ['half', 'vec2u'],
              ['product', 'vec4f'],
            ],
            bindEach(parts, 'w'),
          )}
${ENTRY}
  if (control[${CONTROL.apply}] == 0.0) { return; }
  let rate = control[${CONTROL.matrixRate}];
  ${body}
}`,
        },
        [control, half, product],
        parts.map(({ of }) => this.matrices.get(of)!),
        grid,
      );
    }
  }

  #bindable({ names }: MuonGroup, shared: number): Part<string>[][] {
    return bindable(this.gpu, names, { own: 1, shared }, (name) => this.matrices.get(name)!);
  }
}

/** Names the shapes that the kernels over a whole family depend on. */
function keyOf({ placed }: Family): string {
  return JSON.stringify(placed.map(({ group, size }) => [group.names.length, size]));
}
