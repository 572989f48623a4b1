/**
 * A training step from batches to updated weights, to be read from top to bottom. It is the same on every backend; where
 * kernels run, the trainer records it once and replays it. The learning rate is set before: it differs from step to step.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../backend/gpu';
import type { DeviceBatch, Network } from '../network/network';
import type { Ema } from '../ops/ema/ema';
import { sumParts } from '../ops/shared/sum-kernels';
import type { Optimizer } from './optimizer';

/** The state that a step changes. */
export interface Learner {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly ema: Ema | undefined;
}

export interface LossAndGradients {
  readonly loss: tf.Scalar;
  /** By parameter name. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

/** One update from the mean over the batches. Returns their mean loss and the gradients' norm before clipping. */
export function trainingStep(
  learner: Learner,
  batches: readonly DeviceBatch[],
): readonly [loss: tf.Scalar, gradientNorm: tf.Scalar] {
  const { loss, gradients } = meanGradients(learner.network, batches);
  const gradientNorm = update(learner, gradients);
  return [loss, gradientNorm];
}

/** Batches go through the network one after the other, and only their sum is kept (gradient accumulation). */
export function meanGradients(network: Network, [first, ...rest]: readonly DeviceBatch[]): LossAndGradients {
  let { loss, gradients } = lossAndGradients(network, first!);
  rest.forEach((batch, i) => {
    const more = lossAndGradients(network, batch);
    const scale = i === rest.length - 1 ? 1 / (rest.length + 1) : 1;
    loss = addTo(loss, more.loss, scale);
    gradients = new Map(
      [...gradients].map(([name, sum]) => [name, addTo(sum, more.gradients.get(name)!, scale)]),
    );
  });
  return { loss, gradients };
}

function lossAndGradients(network: Network, batch: DeviceBatch): LossAndGradients {
  // Forward: embedding, layers, last norm, and the head with its loss.
  const forward = (): tf.Scalar => network.lossOf(batch, true);
  // Backward: along tfjs's tape, by the gradient that each operation brings.
  const { value, grads } = tf.variableGrads(forward, [...network.parameters.values()]);
  const gradients = new Map(
    [...network.parameters].map(([name, parameter]) => [name, grads[parameter.name]!]),
  );
  return { loss: value, gradients };
}

/** Clips the gradients, updates the weights, or skips them all, and moves the average. Returns the norm before clipping. */
export function update({ optimizer, ema }: Learner, gradients: LossAndGradients['gradients']): tf.Scalar {
  const norm = optimizer.apply(gradients);
  ema?.apply();
  return norm;
}

/** scale · (total + term), in total's place where kernels run; term is freed. */
function addTo<T extends tf.Tensor>(total: T, term: tf.Tensor, scale: number): T {
  const gpu = activeGpu();
  if (gpu === undefined) {
    const sum = tf.tidy(() => tf.mul(tf.add(total, term), scale));
    tf.dispose([total, term]);
    return sum as T;
  }
  sumParts(gpu, term, { parts: 1, size: term.size, accumulate: true, scale }, total);
  term.dispose();
  return total;
}
