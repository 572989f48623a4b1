import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { sumRows } from '../shared/sum-kernels';
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

/** Workgroups of the gradient kernel; each walks over rows and keeps its part of the gain's gradient in registers. */
const MAX_GRADIENT_GROUPS = 512;

interface RowPlan {
  readonly rows: number;
  readonly width: number;
  /** vec4 columns, and how many of them each lane has. */
  readonly columns: number;
  readonly turns: number;
  /** WGSL: the lane's column in turn i, and a guard where the lanes do not divide the columns. */
  readonly column: (i: number) => string;
  readonly guard: (i: number, code: string) => string;
}

function planRows(x: tf.TensorInfo): RowPlan {
  const [rows, width] = x.shape as [number, number];
  if (width % 4 !== 0) throw new Error(`the width of a normalised row must be a multiple of 4, not ${width}`);
  const columns = width / 4;
  const column = (i: number): string => `lane + ${i * LANES_PER_ROW}u`;
  const guard = (i: number, code: string): string =>
    (i + 1) * LANES_PER_ROW <= columns ? code : `if (${column(i)} < ${columns}u) { ${code} }`;
  return { rows, width, columns, turns: Math.ceil(columns / LANES_PER_ROW), column, guard };
}

export function rmsNormForward(
  gpu: Gpu,
  x: tf.TensorInfo,
  delta: tf.TensorInfo | undefined,
  gain: tf.TensorInfo,
): { sum: tf.TensorInfo; normed: tf.TensorInfo } {
  const { rows, width, columns, turns, column, guard } = planRows(x);
  const normed = gpu.allocate(x.shape);
  const sum = delta === undefined ? x : gpu.allocate(x.shape);
  const adds = delta !== undefined;
  gpu.record(
    {
      name: adds ? 'add, rms norm' : 'rms norm',
      key: `${rows}×${width}`,
      source: () => `${reductionDirectives(gpu)}
${bindings(
  [['x', 'vec4f'], ['gain', 'vec4f'], ...(adds ? ([['delta', 'vec4f']] as const) : [])],
  [['normed', 'vec4f'], ...(adds ? ([['sum', 'vec4f']] as const) : [])],
)}
${laneReduction(gpu, 'rowSum', 'f32', LANES_PER_ROW, 'sum')}
${ENTRY}
  let row = group * ${ROWS_PER_GROUP}u + t / ${LANES_PER_ROW}u;
  let lane = t % ${LANES_PER_ROW}u;
  let first = min(row, ${rows - 1}u) * ${columns}u;
  ${unroll(turns, (i) => {
    const added = adds ? ` + delta[first + ${column(i)}]` : '';
    return `var v${i} = vec4f(0);
  ${guard(i, `v${i} = x[first + ${column(i)}]${added};`)}`;
  })}
  let scale = inverseSqrt(rowSum(
    ${unroll(turns, (i) => `${i === 0 ? '' : '+ '}dot(v${i}, v${i})`)}, t) / ${width}.0 + 1e-6);
  if (row < ${rows}u) {
    ${unroll(turns, (i) => {
      const write = `normed[first + ${column(i)}] = v${i} * scale * gain[${column(i)}];`;
      return guard(i, adds ? `${write}\n    sum[first + ${column(i)}] = v${i};` : write);
    })}
  }
}`,
    },
    [x, gain, ...(adds ? [delta] : [])],
    [normed, ...(adds ? [sum] : [])],
    gridOf(Math.ceil(rows / ROWS_PER_GROUP)),
  );
  return { sum, normed };
}

export interface NormGradientInputs {
  readonly sum: tf.TensorInfo;
  readonly gain: tf.TensorInfo;
  readonly dNormed: tf.TensorInfo;
  /** Gradient that reaches the sum past the norm, if any. */
  readonly dSum: tf.TensorInfo | undefined;
}

export function rmsNormBackward(
  gpu: Gpu,
  { sum, gain, dNormed, dSum }: NormGradientInputs,
): { dx: tf.TensorInfo; dGain: tf.TensorInfo } {
  const { rows, width, columns, turns, column, guard } = planRows(sum);
  const groups = Math.min(Math.ceil(rows / ROWS_PER_GROUP), MAX_GRADIENT_GROUPS);
  const walks = Math.ceil(rows / ROWS_PER_GROUP / groups);
  const dx = gpu.allocate(sum.shape);
  const gainParts = gpu.allocate([groups, width]);
  const adds = dSum !== undefined;
  gpu.record(
    {
      name: 'rms norm gradient',
      key: `${rows}×${width} ${adds}`,
      source: () => `${reductionDirectives(gpu)}
${bindings(
  [['x', 'vec4f'], ['gain', 'vec4f'], ['dNormed', 'vec4f'], ...(adds ? ([['dSum', 'vec4f']] as const) : [])],
  [
    ['dx', 'vec4f'],
    ['gainParts', 'vec4f'],
  ],
)}
${laneReduction(gpu, 'rowSum', 'vec2f', LANES_PER_ROW, 'sum')}
var<workgroup> gainRows: array<vec4f, ${ROWS_PER_GROUP * LANES_PER_ROW}>;
${ENTRY}
  let lane = t % ${LANES_PER_ROW}u;
  ${unroll(
    turns,
    (i) => `var gain${i} = vec4f(0);
  var dGain${i} = vec4f(0);
  ${guard(i, `gain${i} = gain[${column(i)}];`)}`,
  )}
  for (var walk = 0u; walk < ${walks}u; walk++) {
    let row = (walk * ${groups}u + group) * ${ROWS_PER_GROUP}u + t / ${LANES_PER_ROW}u;
    let first = min(row, ${rows - 1}u) * ${columns}u;
    ${unroll(
      turns,
      (i) => `var v${i} = vec4f(0);
    var d${i} = vec4f(0);
    ${guard(i, `v${i} = x[first + ${column(i)}]; d${i} = dNormed[first + ${column(i)}];`)}`,
    )}
    let sums = rowSum(
      ${unroll(turns, (i) => {
        const term = `vec2f(dot(v${i}, v${i}), dot(v${i}, d${i} * gain${i}))`;
        return i === 0 ? term : `+ ${term}`;
      })}, t);
    let scale = inverseSqrt(sums.x / ${width}.0 + 1e-6);
    let back = sums.y * scale * scale * scale / ${width}.0;
    if (row < ${rows}u) {
      ${unroll(turns, (i) => {
        const added = adds ? ` + dSum[first + ${column(i)}]` : '';
        return guard(
          i,
          `dx[first + ${column(i)}] = d${i} * gain${i} * scale - v${i} * back${added};
      dGain${i} += d${i} * v${i} * scale;`,
        );
      })}
    }
  }
  ${unroll(
    turns,
    (i) => `gainRows[t] = dGain${i};
  workgroupBarrier();
  if (t < ${LANES_PER_ROW}u) {
    var total = vec4f(0);
    for (var r = 0u; r < ${ROWS_PER_GROUP}u; r++) { total += gainRows[r * ${LANES_PER_ROW}u + t]; }
    ${guard(i, `gainParts[group * ${columns}u + ${column(i)}] = total;`)}
  }
  workgroupBarrier();`,
  )}
}`,
    },
    [sum, gain, dNormed, ...(adds ? [dSum] : [])],
    [dx, gainParts],
    [groups],
  );
  const dGain = sumRows(gpu, gainParts, groups, width);
  gpu.release(gainParts);
  return { dx, dGain };
}
