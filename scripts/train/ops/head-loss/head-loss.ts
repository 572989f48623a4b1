/**
 * The head and its loss in one: logits = hidden·embeddingᵀ, loss = Σ weight · cross-entropy (equation 5 of the LLaDA
 * paper, the weights holding 1/t and the normalisation). Rows are taken in chunks, and a chunk's gradient is computed
 * while its logits are there, so that the logits of all rows never exist at once.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { headLossBackward, headLossForward } from './kernels';

/** Logits a chunk may have: 64 Mi of them are 256 MiB. */
export const MAX_CHUNK_LOGITS = 2 ** 26;

export interface HeadLossOptions {
  /** Whether the gradient will be asked for; without it the forward pass does a third of the work. */
  readonly gradient: boolean;
}

/** Rows per chunk: a multiple of 64, so that a chunk starts at a multiple of 256 bytes. */
export function chunkRows(vocabulary: number, limit = MAX_CHUNK_LOGITS): number {
  return Math.max(64, Math.floor(limit / vocabulary / 64) * 64);
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

interface Chunk {
  readonly loss: tf.Scalar;
  readonly dHidden: tf.Tensor2D;
  readonly dEmbedding: tf.Tensor2D;
}

function chunkComposite(
  hidden: tf.Tensor2D,
  embedding: tf.Tensor2D,
  targets: tf.Tensor1D,
  weights: tf.Tensor1D,
): Chunk {
  return tf.tidy(() => {
    const logits = tf.matMul(hidden, embedding, false, true);
    const shifted = tf.sub(logits, tf.max(logits, -1, true));
    const exps = tf.exp(shifted);
    const sums = tf.sum(exps, -1, true);
    const weightColumn = tf.reshape(weights, [-1, 1]);
    const wanted = tf.gather(embedding, targets);
    // The target's logit again, from its row of the embedding: a one-hot matrix would be as large as the logits.
    const targetLogits = tf.sub(tf.sum(tf.mul(hidden, wanted), -1, true), tf.max(logits, -1, true));
    const loss: tf.Scalar = tf.sum(tf.mul(weightColumn, tf.sub(tf.log(sums), targetLogits)));
    const expected: tf.Tensor2D = tf.mul(exps, tf.div(weightColumn, sums));
    const dHidden: tf.Tensor2D = tf.sub(tf.matMul(expected, embedding), tf.mul(wanted, weightColumn));
    const drawn = tf.unsortedSegmentSum(
      tf.mul<tf.Tensor2D>(hidden, weightColumn),
      targets,
      embedding.shape[0],
    );
    return {
      loss,
      dHidden,
      dEmbedding: tf.sub<tf.Tensor2D>(tf.matMul(expected, hidden, true, false), drawn),
    };
  });
}

/** The sum over chunks, with its gradient computed on the way: in plain tfjs operations. */
function headLossComposite(
  hidden: tf.Tensor2D,
  embedding: tf.Tensor2D,
  targets: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  const rows = hidden.shape[0];
  // A chunk of a sixteenth: on a CPU the logits should stay in its cache's reach.
  const size = chunkRows(embedding.shape[0], MAX_CHUNK_LOGITS / 16);
  const compute = tf.customGrad<tf.Scalar>((...args) => {
    const [h, e, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    let total: Chunk | undefined;
    const dHidden: tf.Tensor2D[] = [];
    for (let row = 0; row < rows; row += size) {
      const count = Math.min(size, rows - row);
      const chunk = chunkComposite(
        tf.slice2d(h, [row, 0], [count, -1]),
        e,
        tf.slice1d(targets, row, count),
        tf.slice1d(weights, row, count),
      );
      dHidden.push(chunk.dHidden);
      total =
        total === undefined
          ? chunk
          : {
              ...chunk,
              loss: tf.add(total.loss, chunk.loss),
              dEmbedding: tf.add(total.dEmbedding, chunk.dEmbedding),
            };
    }
    save([tf.concat(dHidden), total!.dEmbedding]);
    return { value: total!.loss, gradFunc: (dy, saved) => saved.map((gradient) => tf.mul(gradient, dy)) };
  });
  return compute(hidden, embedding);
}

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
