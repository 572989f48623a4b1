import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { sumRows } from '../shared/sum-kernels';
import { bindings, ENTRY, gridOf, laneReduction, reductionDirectives, THREADS } from '../shared/wgsl';

const MAX_GRADIENT_GROUPS = 512;

/** A lane holds four numbers of a head's first half and the four they are rotated against. */
function plan(
  x: tf.TensorInfo,
  gain: tf.TensorInfo,
): { headRows: number; heads: number; headWidth: number; lanes: number; perGroup: number } {
  const [rows, width] = x.shape as [number, number];
  const headWidth = gain.shape[0]!;
  const lanes = headWidth / 8;
  if (!Number.isInteger(lanes) || THREADS % lanes !== 0)
    throw new Error(`the head width must be 8 times a divisor of ${THREADS}, not ${headWidth}`);
  const heads = width / headWidth;
  return { headRows: rows * heads, heads, headWidth, lanes, perGroup: THREADS / lanes };
}

/** WGSL: the lane's numbers of the head row `headRow`, with its cosines and sines. */
function readHead(lanes: number, heads: number, headRows: number): string {
  return `
  let live = min(headRow, ${headRows - 1}u);
  let first = live * ${2 * lanes}u + lane;
  let second = first + ${lanes}u;
  let angle = positions[live / ${heads}u] * ${2 * lanes}u + lane;
  let cosine = turns[angle];
  let sine = turns[angle + ${lanes}u];
  let a = x[first];
  let b = x[second];`;
}

/** WGSL: writes the sum of the lane's `gainRows` to the group's part of the gain's gradient. */
function sumGainRows(lanes: number, column: string): string {
  return `if (t < ${lanes}u) {
    var total = vec4f(0);
    for (var r = t; r < ${THREADS}u; r += ${lanes}u) { total += gainRows[r]; }
    gainParts[group * ${2 * lanes}u + ${column}] = total;
  }`;
}

const INPUTS = [
  ['x', 'vec4f'],
  ['gain', 'vec4f'],
  ['positions', 'u32'],
  ['turns', 'vec4f'],
] as const;

export function headRotaryForward(
  gpu: Gpu,
  x: tf.TensorInfo,
  gain: tf.TensorInfo,
  positions: tf.TensorInfo,
  table: tf.TensorInfo,
): tf.TensorInfo {
  const { headRows, heads, headWidth, lanes, perGroup } = plan(x, gain);
  const output = gpu.allocate(x.shape);
  gpu.record(
    {
      name: 'head norm, rotary',
      key: `${headRows} ${heads}×${headWidth}`,
      source: () => `${reductionDirectives(gpu)}
${bindings(INPUTS, [['y', 'vec4f']])}
${laneReduction(gpu, 'headSum', 'f32', lanes, 'sum')}
${ENTRY}
  let headRow = group * ${perGroup}u + t / ${lanes}u;
  let lane = t % ${lanes}u;
  ${readHead(lanes, heads, headRows)}
  let scale = inverseSqrt(headSum(dot(a, a) + dot(b, b), t) / ${headWidth}.0 + 1e-6);
  if (headRow < ${headRows}u) {
    let p = a * scale * gain[lane];
    let q = b * scale * gain[lane + ${lanes}u];
    y[first] = p * cosine - q * sine;
    y[second] = q * cosine + p * sine;
  }
}`,
    },
    [x, gain, positions, table],
    [output],
    gridOf(Math.ceil(headRows / perGroup)),
  );
  return output;
}

export interface HeadRotaryGradientInputs {
  readonly x: tf.TensorInfo;
  readonly gain: tf.TensorInfo;
  readonly positions: tf.TensorInfo;
  readonly table: tf.TensorInfo;
  readonly dy: tf.TensorInfo;
}

export function headRotaryBackward(
  gpu: Gpu,
  { x, gain, positions, table, dy }: HeadRotaryGradientInputs,
): { dx: tf.TensorInfo; dGain: tf.TensorInfo } {
  const { headRows, heads, headWidth, lanes, perGroup } = plan(x, gain);
  const groups = Math.min(Math.ceil(headRows / perGroup), MAX_GRADIENT_GROUPS);
  const walks = Math.ceil(headRows / perGroup / groups);
  const dx = gpu.allocate(x.shape);
  const gainParts = gpu.allocate([groups, headWidth]);
  gpu.record(
    {
      name: 'head norm, rotary gradient',
      key: `${headRows} ${heads}×${headWidth}`,
      source: () => `${reductionDirectives(gpu)}
${bindings(
  [...INPUTS, ['dy', 'vec4f']],
  [
    ['dx', 'vec4f'],
    ['gainParts', 'vec4f'],
  ],
)}
${laneReduction(gpu, 'headSum', 'vec2f', lanes, 'sum')}
var<workgroup> gainRows: array<vec4f, ${THREADS}>;
${ENTRY}
  let lane = t % ${lanes}u;
  let gainA = gain[lane];
  let gainB = gain[lane + ${lanes}u];
  var dGainA = vec4f(0);
  var dGainB = vec4f(0);
  for (var walk = 0u; walk < ${walks}u; walk++) {
    let headRow = (walk * ${groups}u + group) * ${perGroup}u + t / ${lanes}u;
    ${readHead(lanes, heads, headRows)}
    let dp = dy[first] * cosine + dy[second] * sine;
    let dq = dy[second] * cosine - dy[first] * sine;
    let sums = headSum(vec2f(dot(a, a) + dot(b, b), dot(a, dp * gainA) + dot(b, dq * gainB)), t);
    let scale = inverseSqrt(sums.x / ${headWidth}.0 + 1e-6);
    let back = sums.y * scale * scale * scale / ${headWidth}.0;
    if (headRow < ${headRows}u) {
      dx[first] = dp * gainA * scale - a * back;
      dx[second] = dq * gainB * scale - b * back;
      dGainA += dp * a * scale;
      dGainB += dq * b * scale;
    }
  }
  gainRows[t] = dGainA;
  workgroupBarrier();
  ${sumGainRows(lanes, 't')}
  workgroupBarrier();
  gainRows[t] = dGainB;
  workgroupBarrier();
  ${sumGainRows(lanes, `${lanes}u + t`)}
}`,
    },
    [x, gain, positions, table, dy],
    [dx, gainParts],
    [groups],
  );
  const dGain = sumRows(gpu, gainParts, groups, headWidth);
  gpu.release(gainParts);
  return { dx, dGain };
}
