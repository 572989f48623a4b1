/** Residual addition and RMSNorm (Zhang and Sennrich, 2019) in one. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { rmsNormComposite } from './composite';
import { rmsNormBackward, rmsNormForward } from './kernels';

export interface Normed {
  /** x + delta, or x itself where there is no delta. [rows, width] */
  readonly sum: tf.Tensor2D;
  /** sum / √(mean(sum²) + 1e-6) · gain. [rows, width] */
  readonly normed: tf.Tensor2D;
}

const fusedNorm = defineFused<'x' | 'gain', object>({
  name: 'LladaRmsNorm',
  save: ['x', 'gain'],
  forward: (gpu, { x, gain }) => [rmsNormForward(gpu, x, undefined, gain).normed],
  backward: (gpu, [dy], [x, gain]) => {
    const gradient = rmsNormBackward(gpu, { sum: x!, gain: gain!, dNormed: dy!, dSum: undefined });
    return { x: gradient.dx, gain: gradient.dGain };
  },
});

const fusedAddNorm = defineFused<'x' | 'delta' | 'gain', object>({
  name: 'LladaAddRmsNorm',
  save: ['gain'],
  saveOutputs: [true, false],
  forward: (gpu, { x, delta, gain }) => {
    const { sum, normed } = rmsNormForward(gpu, x, delta, gain);
    return [sum, normed];
  },
  backward: (gpu, [dSum, dNormed], [gain, sum]) => {
    const { dx, dGain } = rmsNormBackward(gpu, { sum: sum!, gain: gain!, dNormed: dNormed!, dSum: dSum! });
    gpu.backend.incRef(dx.dataId);
    return { x: dx, delta: dx, gain: dGain };
  },
});

/** RMSNorm of each row of x [rows, width] with gain [width]. */
export function rmsNorm(x: tf.Tensor2D, gain: tf.Tensor1D): tf.Tensor2D {
  if (activeGpu() === undefined) return rmsNormComposite(x, gain);
  return fusedNorm({ x, gain }, {})[0] as tf.Tensor2D;
}

/** Adds delta to the residual stream x and normalises the sum; both [rows, width]. */
export function addRmsNorm(x: tf.Tensor2D, delta: tf.Tensor2D, gain: tf.Tensor1D): Normed {
  if (activeGpu() === undefined) {
    const sum: tf.Tensor2D = tf.add(x, delta);
    return { sum, normed: rmsNormComposite(sum, gain) };
  }
  const [sum, normed] = fusedAddNorm({ x, delta, gain }, {}) as [tf.Tensor2D, tf.Tensor2D];
  return { sum, normed };
}
