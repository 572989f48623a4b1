/** SwiGLU (Shazeer, 2020): silu(gate)·up. */
import type * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { swigluComposite } from './composite';
import { swigluBackward, swigluForward } from './kernels';

const fusedSwiglu = defineFused<'gate' | 'up', object>({
  name: 'LladaSwiglu',
  save: ['gate', 'up'],
  forward: (gpu, { gate, up }) => [swigluForward(gpu, gate, up)],
  backward: (gpu, [dy], [gate, up]) => swigluBackward(gpu, gate!, up!, dy!),
});

/** gate·sigmoid(gate)·up, all [rows, width]. */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  if (activeGpu() === undefined) return swigluComposite(gate, up);
  return fusedSwiglu({ gate, up }, {})[0] as tf.Tensor2D;
}
