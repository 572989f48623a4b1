/** Head and loss out of TensorFlow.js's own operations. */
import * as tf from '@tensorflow/tfjs-core';
import { chunkRows, MAX_CHUNK_LOGITS } from './chunks';

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
export function headLossComposite(
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
