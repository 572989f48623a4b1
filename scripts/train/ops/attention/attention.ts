/** Multi-head attention with the two-sided rule: context sees context only, a hole sees everything. */
import type * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { attentionComposite } from './composite';
import { fitsFlash, flashBackward, flashForward } from './flash';
import { attentionBackward, attentionForward } from './kernels';
import type { AttentionShape } from './shape';

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
        q: q!,
        k: k!,
        v: v!,
        kinds: kinds!,
        output: output!,
        logSumExp: logSumExp!,
        dOutput: dOutput!,
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
