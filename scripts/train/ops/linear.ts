/** y = x·w: the matrix products of the network. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../backend/gpu';
import { defineFused } from './fused';
import { gradientScale, multiply } from './gemm/gemm';

interface LinearAttributes {
  /** w is stored [out, in]. */
  readonly transposed: boolean;
}

const fusedLinear = defineFused<'x' | 'w', LinearAttributes>({
  name: 'LladaLinear',
  save: ['x', 'w'],
  forward: (gpu, { x, w }, { transposed }) => [multiply(gpu, x, w, { transposeB: transposed })],
  backward: (gpu, [dy], [x, w], { transposed }) => {
    const scale = gradientScale(dy!.shape[0]);
    return {
      x: multiply(gpu, dy!, w!, { transposeB: !transposed, scaleA: scale }),
      w: transposed
        ? multiply(gpu, dy!, x!, { transposeA: true, scaleA: scale })
        : multiply(gpu, x!, dy!, { transposeA: true, scaleB: scale }),
    };
  },
});

/** x [rows, in] times w [in, out] (or [out, in] if transposed) → [rows, out]. */
export function linear(x: tf.Tensor2D, w: tf.Tensor2D, transposed = false): tf.Tensor2D {
  if (activeGpu() === undefined) return tf.matMul(x, w, false, transposed);
  return fusedLinear({ x, w }, { transposed })[0] as tf.Tensor2D;
}
