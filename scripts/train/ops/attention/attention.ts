/** Multi-head attention with the two-sided rule: context sees context only, a hole sees everything. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { fitsFlash, flashBackward, flashForward } from './flash';
import { attentionBackward, attentionForward } from './kernels';
import { defineFused } from '../shared/fused';

/** What a row of a batch is. */
export const ROW_KIND = { pad: 0, context: 1, hole: 2 } as const;

export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
}

/** Nothing of size length² is stored. */
const flashAttention = defineFused<'q' | 'k' | 'v' | 'kinds', AttentionShape>({
  name: 'LladaFlashAttention',
  save: ['q', 'k', 'v', 'kinds'],
  saveOutputs: [true, true],
  forward: (gpu, { q, k, v, kinds }, shape) => {
    const { output, logSumExp } = flashForward(gpu, q, k, v, kinds, shape);
    return [output, logSumExp];
  },
  backward: (gpu, [dOutput], [q, k, v, kinds, output, logSumExp], shape) =>
    flashBackward(
      gpu,
      {
        ...{ q: q!, k: k!, v: v!, kinds: kinds! },
        ...{ output: output!, logSumExp: logSumExp!, dOutput: dOutput! },
      },
      shape,
    ),
});

/** As matrix products, with the probabilities in storage: for devices without subgroup matrices, and for wide heads. */
const productAttention = defineFused<'q' | 'k' | 'v' | 'kinds', AttentionShape>({
  name: 'LladaAttention',
  save: ['q', 'k', 'v'],
  saveOutputs: [false, true],
  forward: (gpu, { q, k, v, kinds }, shape) => {
    const { output, probabilities } = attentionForward(gpu, q, k, v, kinds, shape);
    return [output, probabilities];
  },
  backward: (gpu, [dOutput], [q, k, v, probabilities], shape) =>
    attentionBackward(gpu, { q: q!, k: k!, v: v!, probabilities: probabilities!, dOutput: dOutput! }, shape),
});

/**
 * What is added to the scores [batch, 1, length, length], and 1 for the rows [batch, 1, length, 1] that see any key, 0
 * for the others. Made on the host: tfjs's comparisons of broadcast tensors take longer than the products.
 */
function masks(
  kinds: tf.Tensor1D,
  { batch, length }: Pick<AttentionShape, 'batch' | 'length'>,
): { bias: tf.Tensor4D; sighted: tf.Tensor4D } {
  const kindOf = kinds.dataSync<'int32'>();
  const bias = new Float32Array(batch * length * length).fill(-1e9);
  const sighted = new Float32Array(batch * length);
  for (let row = 0; row < batch * length; row++) {
    const first = row - (row % length);
    for (let column = 0; column < length; column++) {
      const key = kindOf[first + column];
      if (key !== ROW_KIND.context && (key === ROW_KIND.pad || kindOf[row] !== ROW_KIND.hole)) continue;
      bias[row * length + column] = 0;
      sighted[row] = 1;
    }
  }
  return {
    bias: tf.tensor4d(bias, [batch, 1, length, length]),
    sighted: tf.tensor4d(sighted, [batch, 1, length, 1]),
  };
}

function attentionComposite(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  kinds: tf.Tensor1D,
  { batch, length, heads }: AttentionShape,
): tf.Tensor2D {
  return tf.tidy(() => {
    const headWidth = q.shape[1] / heads;
    const byHead = (x: tf.Tensor2D): tf.Tensor4D =>
      tf.transpose(tf.reshape(x, [batch, length, heads, headWidth]), [0, 2, 1, 3]);
    const { bias, sighted } = masks(kinds, { batch, length });
    const scores = tf.matMul(tf.mul(byHead(q), 1 / Math.sqrt(headWidth)), byHead(k), false, true);
    const mixed = tf.matMul(tf.softmax(tf.add(scores, bias)), byHead(v));
    // Softmax is uniform where nothing may be seen; the product makes those rows zero.
    return tf.reshape(tf.transpose(tf.mul(mixed, sighted), [0, 2, 1, 3]), [
      batch * length,
      heads * headWidth,
    ]);
  });
}

/**
 * Query row i attends to key row j of its own sample iff j is not padding and (i is a hole row or j is context);
 * a row without any such key gets zeros. q, k, v [batch·length, heads·headWidth], kinds int32 [batch·length];
 * scores are scaled by 1/√headWidth.
 */
export function attention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  kinds: tf.Tensor1D,
  shape: AttentionShape,
): tf.Tensor2D {
  const gpu = activeGpu();
  if (gpu === undefined) return attentionComposite(q, k, v, kinds, shape);
  const fused = fitsFlash(gpu, shape, q.shape[1] / shape.heads) ? flashAttention : productAttention;
  return fused({ q, k, v, kinds }, shape)[0] as tf.Tensor2D;
}
