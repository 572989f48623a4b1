/**
 * Products of one matrix with several weights, all rounded to f16 once: each is read by many tiles, and the gradients by
 * two products. The gradients of the outputs lie side by side, so that the input's gradient is one deep product.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { gradientScale, multiplyInto } from '../gemm/gemm';
import { allocateHalf, toHalf } from '../gemm/half';
import type { GemmSpec, MatrixLayout } from '../gemm/spec';

type Size = readonly [number, number];

function sizeOf(tensor: tf.TensorInfo): Size {
  return tensor.shape as [number, number];
}

/** A matrix of f16 numbers, rows of `stride`. */
export function layout(stride: number, more: Partial<MatrixLayout> = {}): MatrixLayout {
  return {
    transposed: false,
    stride,
    outer: 0,
    inner: 0,
    half: true,
    ...more,
  };
}

/** One product into float32, of matrices of f16 numbers where `layout` describes them. */
export function product(spec: Pick<GemmSpec, 'm' | 'n' | 'k' | 'a' | 'b'> & Partial<GemmSpec>): GemmSpec {
  return {
    outer: 1,
    inner: 1,
    alpha: 1,
    scaleA: 1,
    scaleB: 1,
    splits: 1,
    c: layout(spec.n, { half: false }),
    ...spec,
  };
}

function forward(gpu: Gpu, x: tf.TensorInfo, weights: readonly tf.TensorInfo[]): tf.TensorInfo[] {
  const [m, k] = sizeOf(x);
  const xHalf = toHalf(gpu, x, m * k, 1);
  const outputs = weights.map((w) => {
    const n = sizeOf(w)[1];
    const [wHalf, output] = [toHalf(gpu, w, k * n, 1), gpu.allocate([m, n])];
    multiplyInto(gpu, product({ m, n, k, a: layout(k), b: layout(n) }), xHalf, wHalf, { output });
    gpu.release(wHalf);
    return output;
  });
  // With its true shape tfjs would make zeros of it for its gradient, which nobody asks for.
  return [...outputs, { ...xHalf, shape: [1] }];
}

function backward(
  gpu: Gpu,
  dys: readonly tf.TensorInfo[],
  weights: readonly tf.TensorInfo[],
  xHalf: tf.TensorInfo,
): { x: tf.TensorInfo; weights: tf.TensorInfo[] } {
  const rows = sizeOf(dys[0]!)[0];
  const width = sizeOf(weights[0]!)[0];
  const scale = gradientScale(rows);
  const columns = weights.map((w) => sizeOf(w)[1]);
  const total = columns.reduce((sum, n) => sum + n, 0);
  const offsets = columns.map((_, i) => columns.slice(0, i).reduce((sum, n) => sum + n, 0));
  const [dyHalf, wHalf] = [allocateHalf(gpu, rows * total), allocateHalf(gpu, width * total)];
  columns.forEach((n, i) => {
    const place = { columns: n, stride: total, offset: offsets[i]! };
    toHalf(gpu, dys[i]!, rows * n, scale, { output: dyHalf, ...place });
    toHalf(gpu, weights[i]!, width * n, 1, { output: wHalf, ...place });
  });
  const dx = gpu.allocate([rows, width]);
  const [a, b] = [layout(total), layout(total, { transposed: true })];
  const toInput = product({ m: rows, n: width, k: total, a, b, scaleA: scale });
  multiplyInto(gpu, toInput, dyHalf, wHalf, { output: dx });
  const dWeights = columns.map((n, i) => {
    const output = gpu.allocate([width, n]);
    const [xT, dy] = [layout(width, { transposed: true }), layout(total, { offset: offsets[i]! })];
    const toWeight = product({ m: width, n, k: rows, a: xT, b: dy, scaleB: scale });
    multiplyInto(gpu, toWeight, xHalf, dyHalf, { output });
    return output;
  });
  gpu.release(dyHalf, wHalf);
  return { x: dx, weights: dWeights };
}

/** The product with so many weights as an operation with the inputs x, w0, w1, … */
function define(count: number): (x: tf.Tensor2D, weights: readonly tf.Tensor2D[]) => tf.Tensor2D[] {
  const names = Array.from({ length: count }, (_, i) => `w${i}`);
  const fused = defineFused<string, object>({
    name: `LladaLinearHalf${count}`,
    save: names,
    saveOutputs: [...names.map(() => false), true],
    forward: (gpu, inputs) =>
      forward(
        gpu,
        inputs['x']!,
        names.map((name) => inputs[name]!),
      ),
    backward: (gpu, dys, saved) => {
      const gradient = backward(gpu, dys.slice(0, count), saved.slice(0, count), saved[count]!);
      return withNames(names, gradient.x, gradient.weights);
    },
  });
  return (x, weights) => fused(withNames(names, x, weights), {}).slice(0, count) as tf.Tensor2D[];
}

function withNames<T>(names: readonly string[], x: T, weights: readonly T[]): Record<string, T> {
  return { x, ...Object.fromEntries(names.map((name, i) => [name, weights[i]!])) };
}

const BY_COUNT = [define(1), define(2), define(3)];

/** Tells if all rows can be read as f16, eight numbers at a time. */
export function canBeHalfLinear(x: tf.Tensor2D, weights: readonly tf.Tensor2D[]): boolean {
  return weights.length <= BY_COUNT.length && [x, ...weights].every(({ shape }) => shape[1] % 8 === 0);
}

/** x [rows, in] times each of one to three weights [in, out], operands rounded to f16; see {@link canBeHalfLinear}. */
export function halfLinears(x: tf.Tensor2D, weights: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  return BY_COUNT[weights.length - 1]!(x, weights);
}
