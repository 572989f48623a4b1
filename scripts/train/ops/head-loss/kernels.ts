import * as tf from '@tensorflow/tfjs-core';
import type { Gpu, Operand } from '../../backend/gpu';
import { gradientScale, multiply } from '../gemm/gemm';
import { scaleInPlace, sumAll, workgroupSum, workgroupSumDeclarations } from '../shared/sum-kernels';
import { bindings, ENTRY, gridOf, laneReduction, reductionDirectives, THREADS } from '../shared/wgsl';
import { chunkRows } from './chunks';

export interface HeadLossInputs {
  readonly hidden: tf.TensorInfo;
  readonly embedding: tf.TensorInfo;
  readonly targets: tf.TensorInfo;
  readonly weights: tf.TensorInfo;
}

/** Loss, and with it the two gradients (of shape [1] for tfjs: it only carries them to `headLossBackward`). */
export function headLossForward(
  gpu: Gpu,
  { hidden, embedding, targets, weights }: HeadLossInputs,
  gradient: boolean,
): tf.TensorInfo[] {
  const [rows, width] = hidden.shape as [number, number];
  const vocabulary = embedding.shape[0]!;
  const size = Math.min(chunkRows(vocabulary), rows);
  const rowLoss = gpu.allocate([rows]);
  const dHidden = gpu.allocate(gradient ? [rows, width] : [1]);
  const dEmbedding = gpu.allocate(gradient ? [vocabulary, width] : [1]);
  const logits = gpu.allocate([size, vocabulary]);
  const scale = gradientScale(rows);
  for (let row = 0; row < rows; row += size) {
    const count = Math.min(size, rows - row);
    const part = (tensor: tf.TensorInfo, elements: number): Operand =>
      count === rows ? tensor : { tensor, byteOffset: 4 * row * elements, byteLength: 4 * count * elements };
    const shape = [count, width] as const;
    const shapeLogits = [count, vocabulary] as const;
    multiply(gpu, part(hidden, width), embedding, { transposeB: true, shapeA: shape, output: logits });
    crossEntropy(
      gpu,
      { logits, targets: part(targets, 1), weights: part(weights, 1), rowLoss: part(rowLoss, 1) },
      shapeLogits,
      gradient,
    );
    if (!gradient) continue;
    multiply(gpu, logits, embedding, { shapeA: shapeLogits, scaleA: scale, output: part(dHidden, width) });
    multiply(gpu, logits, part(hidden, width), {
      transposeA: true,
      shapeA: shapeLogits,
      shapeB: shape,
      scaleA: scale,
      output: dEmbedding,
      accumulate: row > 0,
    });
  }
  const loss = sumAll(gpu, rowLoss, rows);
  gpu.release(logits, rowLoss);
  return [loss, { ...dHidden, shape: [1] }, { ...dEmbedding, shape: [1] }];
}

/** The gradient kept since the forward pass, times the loss's own. */
export function headLossBackward(
  gpu: Gpu,
  kept: tf.TensorInfo,
  shape: number[],
  dy: tf.TensorInfo,
): tf.TensorInfo {
  const gradient = { dataId: kept.dataId, shape, dtype: kept.dtype };
  gpu.backend.incRef(kept.dataId);
  scaleInPlace(gpu, gradient, tf.util.sizeFromShape(shape), dy);
  return gradient;
}

interface CrossEntropyOperands {
  readonly logits: Operand;
  readonly targets: Operand;
  readonly weights: Operand;
  readonly rowLoss: Operand;
}

/** rowLoss = weight · (log Σ exp(logits) − logits[target]); with `gradient`, logits become weight · (softmax − one-hot). */
function crossEntropy(
  gpu: Gpu,
  { logits, targets, weights, rowLoss }: CrossEntropyOperands,
  [rows, vocabulary]: readonly [number, number],
  gradient: boolean,
): void {
  const width = vocabulary % 4 === 0 ? 4 : 1;
  const type = width === 4 ? 'vec4f' : 'f32';
  const columns = vocabulary / width;
  const most = width === 4 ? 'max(max(v.x, v.y), max(v.z, v.w))' : 'v';
  const sum = (x: string): string => (width === 4 ? `dot(${x}, vec4f(1))` : x);
  gpu.record(
    {
      name: 'cross-entropy',
      key: `${rows}×${vocabulary} ${gradient}`,
      source: () => `${reductionDirectives(gpu)}
${bindings(
  [
    ['targets', 'u32'],
    ['weights', 'f32'],
  ],
  [
    ['logits', type],
    ['rowLoss', 'f32'],
  ],
)}
${workgroupSumDeclarations(gpu)}
${laneReduction(gpu, 'warpMax', 'f32', 32, 'max')}
${ENTRY}
  let row = min(group, ${rows - 1}u);
  let first = row * ${columns}u;
  var top = -3e38;
  var mine = 0.0;
  for (var c = t; c < ${columns}u; c += ${THREADS}u) {
    let v = logits[first + c];
    let higher = max(top, ${most});
    mine = mine * exp(top - higher) + ${sum('exp(v - higher)')};
    top = higher;
  }
  let warpTop = warpMax(top, t);
  if (t % 32u == 0u) { warpTotals[t / 32u] = warpTop; }
  workgroupBarrier();
  var rowTop = warpTotals[0];
  for (var w = 1u; w < ${THREADS / 32}u; w++) { rowTop = max(rowTop, warpTotals[w]); }
  workgroupBarrier();
  mine *= exp(top - rowTop);
  ${workgroupSum('mine', 'total')}
  let weight = weights[row];
  let wanted = targets[row];
  if (t == 0u && group < ${rows}u) {
    let v = logits[first + wanted / ${width}u]${width === 4 ? '[wanted % 4u]' : ''};
    rowLoss[row] = weight * (log(total) + rowTop - v);
  }
  ${
    gradient
      ? `workgroupBarrier();
  storageBarrier();
  if (group < ${rows}u) {
    let scale = weight / total;
    for (var c = t; c < ${columns}u; c += ${THREADS}u) {
      var g = exp(logits[first + c] - rowTop) * scale;
      if (c == wanted / ${width}u) { g${width === 4 ? '[wanted % 4u]' : ''} -= weight; }
      logits[first + c] = g;
    }
  }`
      : ''
  }
}`,
    },
    [targets, weights],
    [logits, rowLoss],
    gridOf(rows),
  );
}
