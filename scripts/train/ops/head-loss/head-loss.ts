/**
 * The head and its loss in one: logits = hidden·embeddingᵀ, loss = Σ weight · cross-entropy (equation 5 of the LLaDA
 * paper, the weights holding 1/t and the normalisation). Rows are taken in chunks, and a chunk's gradient is computed
 * while its logits are there, so that the logits of all rows never exist at once.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { headLossComposite } from './composite';
import { headLossBackward, headLossForward } from './kernels';

export interface HeadLossOptions {
  /** True when the gradient will be asked for; without it the forward pass does a third of the work. */
  readonly gradient: boolean;
}

const fusedHeadLoss = defineFused<
  'hidden' | 'embedding' | 'targets' | 'weights',
  HeadLossOptions & { rows: number; width: number; vocabulary: number }
>({
  name: 'LladaHeadLoss',
  save: [],
  saveOutputs: [false, true, true],
  forward: (gpu, { hidden, embedding, targets, weights }, { gradient }) =>
    headLossForward(gpu, { hidden, embedding, targets, weights }, gradient),
  backward: (gpu, [dy], [dHidden, dEmbedding], { rows, width, vocabulary, gradient }) => {
    if (!gradient) throw new Error('the gradient of a head loss computed without one was asked for');
    return {
      hidden: headLossBackward(gpu, dHidden!, [rows, width], dy!),
      embedding: headLossBackward(gpu, dEmbedding!, [vocabulary, width], dy!),
    };
  },
});

/**
 * hidden [rows, width] (normalised), embedding [vocabulary, width], targets int32 [rows], weights [rows] → scalar.
 * Rows of weight 0 are padding.
 */
export function headLoss(
  hidden: tf.Tensor2D,
  embedding: tf.Tensor2D,
  targets: tf.Tensor1D,
  weights: tf.Tensor1D,
  options: HeadLossOptions,
): tf.Scalar {
  if (activeGpu() === undefined) return headLossComposite(hidden, embedding, targets, weights);
  const [rows, width] = hidden.shape;
  return fusedHeadLoss(
    { hidden, embedding, targets, weights },
    { ...options, rows, width, vocabulary: embedding.shape[0] },
  )[0] as tf.Scalar;
}
