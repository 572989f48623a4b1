/** Sums over parts, rows and everything. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu, Operand } from '../../backend/gpu';
import { bindings, ENTRY, flatGrid, flatSource, laneReduction, reductionDirectives, THREADS } from './wgsl';

/** output = scale · ([output +] Σ over p of parts[p]); parts [parts, size], output [size]. */
export function sumParts(
  gpu: Gpu,
  parts: Operand,
  options: { parts: number; size: number; accumulate: boolean; scale?: number },
  output: Operand,
): void {
  const { parts: count, size, accumulate, scale = 1 } = options;
  const width = size % 4 === 0 ? 4 : 1;
  const type = width === 4 ? 'vec4f' : 'f32';
  const items = size / width;
  gpu.record(
    {
      name: 'sum parts',
      key: JSON.stringify(options),
      source: () =>
        flatSource(
          bindings([['parts', type]], [['total', type]]),
          items,
          // Without a zero before the first part, which would turn a negative zero into a positive one.
          `var sum = ${accumulate ? 'total[i]' : 'parts[i]'};
  for (var p = ${accumulate ? 0 : 1}u; p < ${count}u; p++) { sum += parts[p * ${items}u + i]; }
  total[i] = sum${scale === 1 ? '' : ` * ${scale}`};`,
        ),
    },
    [parts],
    [output],
    flatGrid(items),
  );
}

/** Column sums of a matrix [rows, width] as a new tensor [width]; width a multiple of 4. */
export function sumRows(gpu: Gpu, matrix: tf.TensorInfo, rows: number, width: number): tf.TensorInfo {
  const output = gpu.allocate([width]);
  const columns = width / 4;
  const across = 8;
  const down = THREADS / across;
  gpu.record(
    {
      name: 'sum rows',
      key: `${rows}×${width}`,
      source: () => `${bindings([['x', 'vec4f']], [['y', 'vec4f']])}
var<workgroup> partial: array<vec4f, ${THREADS}>;
${ENTRY}
  let column = group * ${across}u + t % ${across}u;
  var sum = vec4f(0);
  if (column < ${columns}u) {
    for (var row = t / ${across}u; row < ${rows}u; row += ${down}u) { sum += x[row * ${columns}u + column]; }
  }
  partial[t] = sum;
  workgroupBarrier();
  if (t < ${across}u && column < ${columns}u) {
    for (var r = 1u; r < ${down}u; r++) { sum += partial[r * ${across}u + t]; }
    y[column] = sum;
  }
}`,
    },
    [matrix],
    [output],
    [Math.ceil(columns / across)],
  );
  return output;
}

/** WGSL that sums `value` over the workgroup into `total` (f32), by way of `warpSum` (from `workgroupSumDeclarations`). */
export function workgroupSum(value: string, total: string): string {
  return `
  let ${total}Lanes = warpSum(${value}, t);
  if (t % 32u == 0u) { warpTotals[t / 32u] = ${total}Lanes; }
  workgroupBarrier();
  var ${total} = 0.0;
  for (var w = 0u; w < ${THREADS / 32}u; w++) { ${total} += warpTotals[w]; }
  workgroupBarrier();`;
}

export function workgroupSumDeclarations(gpu: Gpu): string {
  return `${laneReduction(gpu, 'warpSum', 'f32', 32, 'sum')}
var<workgroup> warpTotals: array<f32, ${THREADS / 32}>;`;
}

/** The sum of all `size` elements as a new scalar. */
export function sumAll(gpu: Gpu, x: tf.TensorInfo, size: number): tf.TensorInfo {
  const output = gpu.allocate([]);
  gpu.record(
    {
      name: 'sum all',
      key: String(size),
      source: () => `${reductionDirectives(gpu)}
${bindings([['x', 'f32']], [['y', 'f32']])}
${workgroupSumDeclarations(gpu)}
${ENTRY}
  var mine = 0.0;
  for (var i = t; i < ${size}u; i += ${THREADS}u) { mine += x[i]; }
  ${workgroupSum('mine', 'total')}
  if (t == 0u) { y[0] = total; }
}`,
    },
    [x],
    [output],
    [1],
  );
  return output;
}

/** x *= factor[0] in place. */
export function scaleInPlace(gpu: Gpu, x: tf.TensorInfo, size: number, factor: tf.TensorInfo): void {
  gpu.record(
    {
      name: 'scale',
      key: String(size),
      source: () => flatSource(bindings([['factor', 'f32']], [['x', 'f32']]), size, 'x[i] *= factor[0];'),
    },
    [factor],
    [x],
    flatGrid(size),
  );
}
