/** y = x·w: the matrix products of the network. */
import type * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { gradientScale, multiply } from '../gemm/gemm';
import { PRODUCT_CHOICE } from '../gemm/variants';
import { linearComposite } from './composite';
import { canBeHalfLinear, halfLinears } from './linear-half';

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
  if (activeGpu() === undefined) return linearComposite(x, w, transposed);
  return fusedLinear({ x, w }, { transposed })[0] as tf.Tensor2D;
}

/** x [rows, in] times each of the weights [in, out] → one [rows, out] for each. */
export function linears(x: tf.Tensor2D, weights: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  const gpu = activeGpu();
  if (gpu !== undefined && gpu.matrixUnit !== 'f32' && PRODUCT_CHOICE.half && canBeHalfLinear(x, weights))
    return halfLinears(x, weights);
  return weights.map((w) => linear(x, w));
}
