/** RMSNorm over each head's width, then rotary position embedding (Su et al., 2021), in one. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { headRotaryComposite } from './composite';
import { headRotaryBackward, headRotaryForward } from './kernels';

/**
 * Cosines and sines [positions, headWidth]: row p holds cos(p·base^(−i/half)) for i < half = headWidth / 2, then
 * the sines. Made on the host in double precision: a GPU's own cosine is poor for arguments of hundreds.
 */
export function rotaryTable(positions: number, headWidth: number, base: number): tf.Tensor2D {
  const half = headWidth / 2;
  const values = new Float32Array(positions * headWidth);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * base ** (-i / half);
      values[position * headWidth + i] = Math.cos(angle);
      values[position * headWidth + half + i] = Math.sin(angle);
    }
  }
  return tf.tensor2d(values, [positions, headWidth]);
}

const fusedHeadRotary = defineFused<'x' | 'gain' | 'positions' | 'table', object>({
  name: 'LladaHeadRotary',
  save: ['x', 'gain', 'positions', 'table'],
  forward: (gpu, { x, gain, positions, table }) => [headRotaryForward(gpu, x, gain, positions, table)],
  backward: (gpu, [dy], [x, gain, positions, table]) => {
    const { dx, dGain } = headRotaryBackward(gpu, {
      x: x!,
      gain: gain!,
      positions: positions!,
      table: table!,
      dy: dy!,
    });
    return { x: dx, gain: dGain };
  },
});

/**
 * x [rows, heads·headWidth], gain [headWidth], positions int32 [rows], table as `rotaryTable` makes it.
 * Halves are rotated against each other (not interleaved), as ONNX Runtime's RotaryEmbedding does by default.
 */
export function headRotary(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  positions: tf.Tensor1D,
  table: tf.Tensor2D,
): tf.Tensor2D {
  if (activeGpu() === undefined) return headRotaryComposite(x, gain, positions, table);
  return fusedHeadRotary({ x, gain, positions, table }, {})[0] as tf.Tensor2D;
}
