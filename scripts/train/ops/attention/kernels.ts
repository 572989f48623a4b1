import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { gradientScale, recordGemm } from '../gemm/gemm';
import type { GemmSpec, MatrixLayout } from '../gemm/spec';
import {
  bindings,
  ENTRY,
  gridOf,
  LANES_PER_ROW,
  laneReduction,
  reductionDirectives,
  ROWS_PER_GROUP,
  unroll,
} from '../shared/wgsl';
import { ROW_KIND_CONSTANTS } from './row-kind';
import type { AttentionShape } from './shape';

/** How much less than a score's gradient its softmax input's is, roughly: a power of two. */
export const SCORE_GRADIENT_SCALE = 16;

/** Layouts of [batch·length, heads·headWidth] and [batch, heads, length, length] as batches of matrices. */
function layouts(
  { length, heads }: AttentionShape,
  headWidth: number,
): { rows: MatrixLayout; square: MatrixLayout } {
  return {
    rows: {
      transposed: false,
      stride: heads * headWidth,
      outer: length * heads * headWidth,
      inner: headWidth,
    },
    square: { transposed: false, stride: length, outer: heads * length * length, inner: length * length },
  };
}

function flipped(layout: MatrixLayout): MatrixLayout {
  return { ...layout, transposed: true };
}

function headsOf(shape: AttentionShape, q: tf.TensorInfo) {
  const headWidth = q.shape[1]! / shape.heads;
  const { rows, square } = layouts(shape, headWidth);
  const common = { outer: shape.batch, inner: shape.heads, alpha: 1, scaleA: 1, scaleB: 1, splits: 1 };
  const { length } = shape;
  return {
    headWidth,
    /** [length, length] out of two [length, headWidth]. */
    scores: (more: Partial<GemmSpec>): GemmSpec => ({
      ...common,
      m: length,
      n: length,
      k: headWidth,
      a: rows,
      b: flipped(rows),
      c: square,
      ...more,
    }),
    /** [length, headWidth] out of [length, length] and [length, headWidth]. */
    mix: (a: 'plain' | 'flipped', more: Partial<GemmSpec>): GemmSpec => ({
      ...common,
      m: length,
      n: headWidth,
      k: length,
      a: a === 'plain' ? square : flipped(square),
      b: rows,
      c: rows,
      ...more,
    }),
  };
}

export function attentionForward(
  gpu: Gpu,
  q: tf.TensorInfo,
  k: tf.TensorInfo,
  v: tf.TensorInfo,
  kinds: tf.TensorInfo,
  shape: AttentionShape,
): { output: tf.TensorInfo; probabilities: tf.TensorInfo } {
  const { headWidth, scores, mix } = headsOf(shape, q);
  const probabilities = gpu.allocate([shape.batch, shape.heads, shape.length, shape.length]);
  const output = gpu.allocate(q.shape);
  recordGemm(gpu, scores({ alpha: 1 / Math.sqrt(headWidth) }), q, k, probabilities);
  maskedSoftmax(gpu, probabilities, kinds, shape);
  recordGemm(gpu, mix('plain', {}), probabilities, v, output);
  // Outside this file the probabilities are only carried along; with their true shape tfjs would make
  // zeros of it for their gradient, which nobody asks for.
  return { output, probabilities: { ...probabilities, shape: [1] } };
}

export interface AttentionGradientInputs {
  readonly q: tf.TensorInfo;
  readonly k: tf.TensorInfo;
  readonly v: tf.TensorInfo;
  readonly probabilities: tf.TensorInfo;
  readonly dOutput: tf.TensorInfo;
}

export function attentionBackward(
  gpu: Gpu,
  { q, k, v, probabilities, dOutput }: AttentionGradientInputs,
  shape: AttentionShape,
): { q: tf.TensorInfo; k: tf.TensorInfo; v: tf.TensorInfo } {
  const { headWidth, scores, mix } = headsOf(shape, q);
  const scale = gradientScale(q.shape[0]!);
  const alpha = 1 / Math.sqrt(headWidth);
  const dScores = gpu.allocate([shape.batch, shape.heads, shape.length, shape.length]);
  const [dq, dk, dv] = [gpu.allocate(q.shape), gpu.allocate(k.shape), gpu.allocate(v.shape)];
  recordGemm(gpu, mix('flipped', { scaleB: scale }), probabilities, dOutput, dv);
  recordGemm(gpu, scores({ scaleA: scale }), dOutput, v, dScores);
  softmaxGradient(gpu, probabilities, dScores, shape);
  recordGemm(gpu, mix('plain', { alpha, scaleA: scale * SCORE_GRADIENT_SCALE }), dScores, k, dq);
  recordGemm(gpu, mix('flipped', { alpha, scaleA: scale * SCORE_GRADIENT_SCALE }), dScores, q, dk);
  gpu.release(dScores);
  return { q: dq, k: dk, v: dv };
}

/** Shared by both softmax kernels: 32 lanes read a row into registers, four numbers at a time where rows allow. */
function rowSource(
  gpu: Gpu,
  { batch, heads, length }: AttentionShape,
  declarations: string,
  body: (row: {
    turns: number;
    index: (i: number) => string;
    guard: (i: number, code: string) => string;
    columns: number;
  }) => string,
): string {
  const width = length % 4 === 0 ? 4 : 1;
  const columns = length / width;
  const index = (i: number): string => `(lane + ${i * LANES_PER_ROW}u)`;
  const guard = (i: number, code: string): string =>
    (i + 1) * LANES_PER_ROW <= columns ? code : `if (${index(i)} < ${columns}u) { ${code} }`;
  return `${reductionDirectives(gpu)}
${declarations}
${laneReduction(gpu, 'rowSum', 'f32', LANES_PER_ROW, 'sum')}
${ENTRY}
  let row = group * ${ROWS_PER_GROUP}u + t / ${LANES_PER_ROW}u;
  let lane = t % ${LANES_PER_ROW}u;
  let live = min(row, ${batch * heads * length - 1}u);
  let first = live * ${columns}u;
  ${body({ turns: Math.ceil(columns / LANES_PER_ROW), index, guard, columns })}
}`;
}

function rowType({ length }: AttentionShape): {
  float: string;
  int: string;
  fold: (x: string, by: 'max' | '+') => string;
} {
  return length % 4 === 0
    ? {
        float: 'vec4f',
        int: 'vec4i',
        fold: (x, by) =>
          by === '+' ? `dot(${x}, vec4f(1))` : `max(max(${x}.x, ${x}.y), max(${x}.z, ${x}.w))`,
      }
    : { float: 'f32', int: 'i32', fold: (x) => x };
}

function groupsFor({ batch, heads, length }: AttentionShape): number {
  return Math.ceil((batch * heads * length) / ROWS_PER_GROUP);
}

/** Scores to probabilities, in place: the softmax over the keys a query may attend to, zero elsewhere. */
function maskedSoftmax(gpu: Gpu, scores: tf.TensorInfo, kinds: tf.TensorInfo, shape: AttentionShape): void {
  const { float, int, fold } = rowType(shape);
  const { heads, length, batch } = shape;
  // -3e38 stands for minus infinity, whose differences would be NaN.
  gpu.record(
    {
      name: 'masked softmax',
      key: JSON.stringify(shape),
      source: () =>
        rowSource(
          gpu,
          shape,
          `${ROW_KIND_CONSTANTS}
${bindings(
  [
    ['kinds', 'i32'],
    ['keyKinds', int],
  ],
  [['scores', float]],
)}
${laneReduction(gpu, 'rowMax', 'f32', LANES_PER_ROW, 'max')}`,
          ({ turns, index, guard, columns }) => `
  let sample = live / ${heads * length}u;
  let sees = kinds[sample * ${length}u + live % ${length}u] == HOLE;
  ${unroll(
    turns,
    (i) => `var s${i} = ${float}(-3e38);
  ${guard(
    i,
    `{
    let kind = keyKinds[sample * ${columns}u + ${index(i)}];
    let hole = ${int}(select(CONTEXT, HOLE, sees));
    s${i} = select(s${i}, scores[first + ${index(i)}], (kind == ${int}(CONTEXT)) | (kind == hole));
  }`,
  )}`,
  )}
  var most = -3e38;
  ${unroll(turns, (i) => `most = max(most, ${fold(`s${i}`, 'max')});`)}
  let top = max(rowMax(most, t), -1e38);
  var mine = 0.0;
  ${unroll(
    turns,
    (i) => `s${i} = exp(s${i} - top);
  mine += ${fold(`s${i}`, '+')};`,
  )}
  let scale = 1.0 / max(rowSum(mine, t), 1e-30);
  if (row < ${batch * heads * length}u) {
    ${unroll(turns, (i) => guard(i, `scores[first + ${index(i)}] = s${i} * scale;`))}
  }`,
        ),
    },
    [kinds, kinds],
    [scores],
    gridOf(groupsFor(shape)),
  );
}

/** dScores = probabilities · (dProbabilities − Σ probabilities · dProbabilities), in place of dProbabilities. */
function softmaxGradient(
  gpu: Gpu,
  probabilities: tf.TensorInfo,
  dScores: tf.TensorInfo,
  shape: AttentionShape,
): void {
  const { float, fold } = rowType(shape);
  const rows = shape.batch * shape.heads * shape.length;
  gpu.record(
    {
      name: 'softmax gradient',
      key: JSON.stringify(shape),
      source: () =>
        rowSource(
          gpu,
          shape,
          bindings([['p', float]], [['d', float]]),
          ({ turns, index, guard }) => `
  ${unroll(
    turns,
    (i) => `var p${i} = ${float}(0);
  var d${i} = ${float}(0);
  ${guard(i, `p${i} = p[first + ${index(i)}]; d${i} = d[first + ${index(i)}];`)}`,
  )}
  var mine = 0.0;
  ${unroll(turns, (i) => `mine += ${fold(`(p${i} * d${i})`, '+')};`)}
  let mean = rowSum(mine, t);
  if (row < ${rows}u) {
    ${unroll(turns, (i) => guard(i, `d[first + ${index(i)}] = p${i} * (d${i} - mean);`))}
  }`,
        ),
    },
    [probabilities],
    [dScores],
    gridOf(groupsFor(shape)),
  );
}
