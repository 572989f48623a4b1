/** Operations with inputs, the double-precision result, and the check of values and gradients against it. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../../scripts/train/backend/gpu';
import '../../../scripts/train/ops/add/add';
import { attention } from '../../../scripts/train/ops/attention/attention';
import { gather, RowIndex } from '../../../scripts/train/ops/gather/gather';
import { headLoss } from '../../../scripts/train/ops/head-loss/head-loss';
import { headRotary, rotaryTable } from '../../../scripts/train/ops/head-rotary/head-rotary';
import { linear, linears } from '../../../scripts/train/ops/linear/linear';
import { addRmsNorm, rmsNorm } from '../../../scripts/train/ops/rms-norm/rms-norm';
import { swiglu } from '../../../scripts/train/ops/swiglu/swiglu';
import { Random } from '../../../src/engine/diffusion/random';
import * as reference from './reference';

export interface OpCase {
  readonly name: string;
  /** Shapes of the inputs that have gradients. */
  readonly shapes: readonly (readonly number[])[];
  /** Inputs are uniform between minus this and this. */
  readonly size?: number;
  /** Products of two inputs that a logit is the sum of, where a softmax is taken of logits. */
  readonly logitTerms?: number;
  /** True when it is for devices alone: its kernels take a CPU long to compile, and others tell as much there. */
  readonly isLarge?: true;
  run(inputs: readonly tf.Tensor[]): tf.Tensor;
  reference(inputs: readonly Float64Array[]): Float64Array;
}

function matrix(tensor: tf.Tensor | undefined): tf.Tensor2D {
  return tensor as tf.Tensor2D;
}
function vector(tensor: tf.Tensor | undefined): tf.Tensor1D {
  return tensor as tf.Tensor1D;
}
function int32(values: Int32Array): tf.Tensor1D {
  return tf.tensor1d(values, 'int32');
}

function linearCase(m: number, k: number, n: number, transposed: boolean): OpCase {
  return {
    name: `linear ${m}×${k}×${n}${transposed ? ', transposed' : ''}`,
    shapes: [[m, k], transposed ? [n, k] : [k, n]],
    run: ([x, w]) => linear(matrix(x), matrix(w), transposed),
    reference: ([x, w]) => reference.product(x!, w!, [m, k, n], transposed),
  };
}

/** Two products of one matrix, of other widths: their gradients meet. */
export const SHARED_LINEAR_CASE: OpCase = {
  name: 'two linears 35×24, 24×16 and 24×40',
  shapes: [
    [35, 24],
    [24, 16],
    [24, 40],
  ],
  run: ([x, ...weights]) =>
    tf.concat(linears(matrix(x), weights.map(matrix)).map((y) => tf.reshape(y, [-1]))),
  reference: ([x, w0, w1]) =>
    Float64Array.from([
      ...reference.product(x!, w0!, [35, 24, 16], false),
      ...reference.product(x!, w1!, [35, 24, 40], false),
    ]),
};

function normCase(rows: number, width: number, size: number): OpCase {
  return {
    name: `RMSNorm ${rows}×${width}, inputs up to ${size}`,
    shapes: [[rows, width], [width]],
    size,
    run: ([x, gain]) => rmsNorm(matrix(x), vector(gain)),
    reference: ([x, gain]) => reference.rmsNorm(x!, gain!),
  };
}

/** Both outputs count: the sum goes on as the residual stream. */
const ADD_NORM_CASE: OpCase = {
  name: 'addition and RMSNorm 5×12',
  shapes: [[5, 12], [5, 12], [12]],
  run: ([x, delta, gain]) => {
    const { sum, normed } = addRmsNorm(matrix(x), matrix(delta), vector(gain));
    return tf.concat([sum, normed], 0);
  },
  reference: ([x, delta, gain]) => {
    const sum = x!.map((value, i) => value + delta![i]!);
    return Float64Array.from([...sum, ...reference.rmsNorm(sum, gain!)]);
  },
};

function rotaryCase(rows: number, heads: number, headWidth: number): OpCase {
  const positions = Int32Array.from({ length: rows }, (_, i) => (i * 37) % 128);
  return {
    name: `head norm and rotary ${rows} rows, ${heads} heads of ${headWidth}`,
    shapes: [[rows, heads * headWidth], [headWidth]],
    run: ([x, gain]) =>
      headRotary(matrix(x), vector(gain), int32(positions), rotaryTable(128, headWidth, 10000)),
    reference: ([x, gain]) => reference.headRotary(x!, gain!, positions, heads, 10000),
  };
}

function swigluCase(rows: number, units: number): OpCase {
  return {
    name: `SwiGLU ${rows}×${units}, inputs up to 30`,
    shapes: [
      [rows, units],
      [rows, units],
    ],
    size: 30,
    run: ([gate, up]) => swiglu(matrix(gate), matrix(up)),
    reference: ([gate, up]) => reference.swiglu(gate!, up!),
  };
}

/** One index far more often than a run is long, some never. */
function gatherCase(count: number, width: number): OpCase {
  const indices = Int32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 5 : (i * 5) % 4));
  return {
    name: `gather ${count} of 7 rows of ${width}`,
    shapes: [[7, width]],
    run: ([table]) => gather(matrix(table), RowIndex.create(indices, 7)),
    reference: ([table]) =>
      Float64Array.from([...indices].flatMap((i) => [...table!.subarray(i * width, (i + 1) * width)])),
  };
}

function attentionCase(name: string, samples: readonly string[], heads: number, headWidth: number): OpCase {
  const length = samples[0]!.length;
  const kinds = Int32Array.from(samples.join(''), Number);
  const shape = [kinds.length, heads * headWidth];
  return {
    name: `attention, ${name}`,
    shapes: [shape, shape, shape],
    size: 2,
    run: ([q, k, v]) =>
      attention(matrix(q), matrix(k), matrix(v), int32(kinds), { batch: samples.length, length, heads }),
    reference: ([q, k, v]) => reference.attention([q!, k!, v!], kinds, { length, heads }),
  };
}

function headLossCase(
  name: string,
  weights: readonly number[],
  vocabulary: number,
  size: number,
  width = 8,
): OpCase {
  const rows = weights.length;
  const targets = Int32Array.from({ length: rows }, (_, i) => (i * 11) % vocabulary);
  return {
    name: `head loss, ${name}`,
    shapes: [
      [rows, width],
      [vocabulary, width],
    ],
    size,
    logitTerms: width,
    run: ([hidden, embedding]) =>
      headLoss(matrix(hidden), matrix(embedding), int32(targets), tf.tensor1d([...weights]), {
        gradient: true,
      }),
    reference: ([hidden, embedding]) =>
      reference.headLoss(hidden!, embedding!, targets, Float32Array.from(weights)),
  };
}

export const MATRIX_CASES: readonly OpCase[] = [
  linearCase(1, 5, 3, false),
  linearCase(33, 70, 19, false),
  linearCase(9, 12, 20, true),
  SHARED_LINEAR_CASE,
];

/** Kinds: 0 padding, 1 context, 2 hole. */
export const ATTENTION_CASES: readonly OpCase[] = [
  attentionCase(
    'mixed, all padding, all context, all hole; odd length',
    ['1122110', '0000000', '1111111', '2222222'],
    3,
    8,
  ),
  attentionCase(
    'padded context without any hole, padded hole without any context, all padding',
    ['11100000', '22200000', '00000000'],
    2,
    16,
  ),
  attentionCase('two rows, and a row alone', ['11', '20'], 1, 64),
  attentionCase(
    'more than one tile, some of which nobody sees',
    [`${'1'.repeat(40)}${'2'.repeat(30)}00`, `${'0'.repeat(35)}${'12'.repeat(18)}2`],
    1,
    64,
  ),
];

/** More rows than fit into a chunk of logits would take too long in double precision; fewer, in small chunks, do not. */
export const CHUNKED_LOSS_CASES: readonly OpCase[] = [
  headLossCase(
    '150 rows',
    Array.from({ length: 150 }, (_, i) => (i % 7) / 10),
    36,
    1,
  ),
];

/** Widths of the networks that the bundle grows to, 640 and 768: of products one side at a time, for the reference's sake. */
const WIDER_CASES: readonly OpCase[] = [
  normCase(2, 640, 1),
  rotaryCase(2, 10, 64),
  attentionCase('ten heads of 64', ['1122'], 10, 64),
  swigluCase(1, 1728),
  swigluCase(1, 2048),
  headLossCase('rows of 640', [0.5, 1], 20, 0.3, 640),
  ...[
    linearCase(2, 640, 24, false),
    linearCase(2, 24, 1728, false),
    linearCase(2, 2048, 16, false),
    linearCase(2, 16, 768, true),
    normCase(2, 768, 1),
    rotaryCase(2, 12, 64),
    attentionCase('twelve heads of 64', ['1122'], 12, 64),
    headLossCase('rows of 768', [0.5, 1], 20, 0.3, 768),
  ].map((op): OpCase => ({ ...op, isLarge: true })),
];

export const OP_CASES: readonly OpCase[] = [
  ...MATRIX_CASES,
  ...ATTENTION_CASES,
  normCase(1, 4, 1),
  normCase(37, 132, 100),
  normCase(3, 8, 1e-4),
  ADD_NORM_CASE,
  rotaryCase(1, 1, 8),
  rotaryCase(11, 3, 16),
  swigluCase(3, 7),
  gatherCase(1, 3),
  gatherCase(131, 12),
  headLossCase('7 rows, some of weight 0', [0.5, 0, 0.25, 1, 0, 0.125, 2], 13, 1),
  headLossCase('all weights 0', [0, 0, 0], 13, 1),
  headLossCase('one row, large logits', [1], 40, 6),
  ...WIDER_CASES,
];

/** Elements of a gradient that are checked, drawn at random where there are more. */
const MOST_SLOPES = 60;

export interface OpErrors {
  /** Largest differences over the largest reference number (or 1e-3 if that is larger). */
  readonly value: number;
  readonly gradients: readonly number[];
}

/** Runs a case on tfjs's current backend. */
export async function measureErrors(op: OpCase): Promise<OpErrors> {
  const random = new Random(op.name.length);
  const draw = (count: number, size: number): Float32Array =>
    Float32Array.from({ length: count }, () => size * (2 * random.uniform() - 1));
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const inputs = op.shapes.map((shape) => draw(sizeOf(shape), op.size ?? 1));
  const doubles = inputs.map((input) => Float64Array.from(input));
  const expected = op.reference(doubles);
  const dy = draw(expected.length, 1);

  const tensors = inputs.map((input, i) => tf.tensor(input, [...op.shapes[i]!]));
  const value = tf.tidy(() => op.run(tensors));
  const total = (...args: tf.Tensor[]): tf.Scalar => {
    const y = op.run(args);
    return tf.sum(tf.mul(y, tf.tensor(dy, y.shape)));
  };
  const gradients = tf.tidy(() => tf.grads(total)(tensors));
  activeGpu()?.submit();
  const result = {
    value: difference(await value.data<'float32'>(), expected),
    gradients: await Promise.all(
      gradients.map(async (gradient, which) => {
        const all = await gradient.data<'float32'>();
        if (all.length !== doubles[which]!.length) return NaN;
        const checked = Array.from({ length: Math.min(all.length, MOST_SLOPES) }, (_, i) =>
          all.length <= MOST_SLOPES ? i : random.integer(all.length),
        );
        return difference(
          Float32Array.from(checked, (index) => all[index]!),
          Float64Array.from(checked, (index) =>
            reference.slope((at) => op.reference(at), doubles, dy, { which, index }),
          ),
        );
      }),
    ),
  };
  tf.dispose([tensors, value, gradients]);
  return result;
}

function difference(got: Float32Array, expected: Float64Array): number {
  if (got.length !== expected.length) return NaN;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return expected.reduce((most, value, i) => {
    const error = Math.abs(value - got[i]!) / largest;
    return error <= most ? most : error;
  }, 0);
}
