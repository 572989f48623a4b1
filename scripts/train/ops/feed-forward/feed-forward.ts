/** A layer's feed-forward part: SwiGLU (Shazeer, 2020) between its three matrices. */
import type * as tf from '@tensorflow/tfjs-core';
import { activeGpu, type Gpu } from '../../backend/gpu';
import { gradientScale, multiplyInto } from '../gemm/gemm';
import { allocateHalf, toHalf } from '../gemm/half';
import { PRODUCT_CHOICE } from '../gemm/variants';
import { linears } from '../linear/linear';
import { canBeHalfLinear, layout, product } from '../linear/linear-half';
import { defineFused } from '../shared/fused';
import { swiglu } from '../swiglu/swiglu';
import { swigluGradientToHalf, swigluToHalf } from './kernels';

type Size = readonly [number, number];

function sizeOf(tensor: tf.TensorInfo): Size {
  return tensor.shape as [number, number];
}

/** x·w in float32 out of f16 copies, [rows, columns of w]. */
function times(gpu: Gpu, xHalf: tf.TensorInfo, rows: number, w: tf.TensorInfo): tf.TensorInfo {
  const [k, n] = sizeOf(w);
  const [wHalf, output] = [toHalf(gpu, w, k * n, 1), gpu.allocate([rows, n])];
  multiplyInto(gpu, product({ m: rows, n, k, a: layout(k), b: layout(n) }), xHalf, wHalf, { output });
  gpu.release(wHalf);
  return output;
}

/**
 * The products' operands are rounded to f16 by the kernels that compute them: what SwiGLU makes, and its gradients, never
 * are in memory as float32. The numbers are those of the composition, bit for bit.
 */
const fusedFeedForward = defineFused<'x' | 'gate' | 'up' | 'down', object>({
  name: 'LladaFeedForward',
  save: ['gate', 'up', 'down'],
  saveOutputs: [false, true, true, true, true],
  forward: (gpu, { x, gate, up, down }) => {
    const [rows, width] = sizeOf(x);
    const [, units] = sizeOf(gate);
    const xHalf = toHalf(gpu, x, rows * width, 1);
    const [g, u] = [times(gpu, xHalf, rows, gate), times(gpu, xHalf, rows, up)];
    const hidden = swigluToHalf(gpu, g, u, rows * units);
    // With their true shapes tfjs would make zeros of them for their gradients, which nobody asks for.
    const kept = [xHalf, g, u, hidden].map((tensor) => ({ ...tensor, shape: [1] }));
    return [times(gpu, hidden, rows, down), ...kept];
  },
  backward: (gpu, [dy], [gate, up, down, xHalf, g, u, hidden]) => {
    const [rows, width] = sizeOf(dy!);
    const [, units] = sizeOf(gate!);
    const scale = gradientScale(rows);
    const [dyHalf, downHalf] = [toHalf(gpu, dy!, rows * width, scale), toHalf(gpu, down!, units * width, 1)];
    const dHidden = gpu.allocate([rows, units]);
    const [a, b] = [layout(width), layout(width, { transposed: true })];
    const toHidden = product({ m: rows, n: units, k: width, a, b, scaleA: scale });
    multiplyInto(gpu, toHidden, dyHalf, downHalf, { output: dHidden });
    const toWeight = (
      x: tf.TensorInfo,
      d: tf.TensorInfo,
      [m, n]: Size,
      stride: number,
      offset: number,
    ): tf.TensorInfo => {
      const output = gpu.allocate([m, n]);
      const layouts = { a: layout(m, { transposed: true }), b: layout(stride, { offset }) };
      multiplyInto(gpu, product({ m, n, k: rows, ...layouts, scaleB: scale }), x, d, { output });
      return output;
    };
    const dDown = toWeight(hidden!, dyHalf, [units, width], width, 0);
    gpu.release(dyHalf, downHalf);
    const both = swigluGradientToHalf(gpu, { gate: g!, up: u!, dy: dHidden }, [rows, units], scale);
    const weights = allocateHalf(gpu, 2 * width * units);
    [gate!, up!].forEach((w, i) =>
      toHalf(gpu, w, width * units, 1, {
        ...{ output: weights, columns: units, stride: 2 * units, offset: i * units },
      }),
    );
    const dx = gpu.allocate([rows, width]);
    const [wide, turned] = [layout(2 * units), layout(2 * units, { transposed: true })];
    const toInput = product({ m: rows, n: width, k: 2 * units, a: wide, b: turned, scaleA: scale });
    multiplyInto(gpu, toInput, both, weights, { output: dx });
    const [dGate, dUp] = [0, units].map((offset) =>
      toWeight(xHalf!, both, [width, units], 2 * units, offset),
    );
    gpu.release(dHidden, both, weights);
    return { x: dx, gate: dGate!, up: dUp!, down: dDown };
  },
});

/** The way that {@link feedForward} takes where products are of f16 operands; the bench compares the two. */
export const FEED_FORWARD = { fused: true };

/** (silu(x·gate)·(x·up))·down; x [rows, width], gate and up [width, units], down [units, width] → [rows, width]. */
export function feedForward(
  x: tf.Tensor2D,
  [gate, up, down]: readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D],
): tf.Tensor2D {
  const gpu = activeGpu();
  const half = gpu !== undefined && gpu.matrixUnit !== 'f32' && PRODUCT_CHOICE.half;
  if (half && FEED_FORWARD.fused && canBeHalfLinear(x, [gate, up, down]))
    return fusedFeedForward({ x, gate, up, down }, {})[0] as tf.Tensor2D;
  const [g, u] = linears(x, [gate, up]) as [tf.Tensor2D, tf.Tensor2D];
  return linears(swiglu(g, u), [down])[0]!;
}
