/** Matrix products for tfjs's wasm backend. */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type WasmBackend } from './wasm-backend';

function bytesOf(shape: readonly number[]): Uint8Array {
  return new Uint8Array(new Int32Array(shape).buffer);
}

/** The same tensor with its last two dimensions swapped, as a new one. */
function swapped(backend: WasmBackend, x: tf.TensorInfo): tf.TensorInfo {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const count = sizeOf(x.shape.slice(0, -2));
  return tf.getKernel(tf.Transpose, 'wasm').kernelFunc({
    inputs: { x: { ...x, shape: [count, rows, columns] } },
    backend,
    attrs: { perm: [0, 2, 1] },
  }) as tf.TensorInfo;
}

/**
 * tfjs's own kernel hands a single product of two plain matrices to XNNPACK; a batch of them, or one with a
 * transposed operand, runs in a loop of its own that is more than ten times slower. Here operands are transposed
 * first and batches are cut into single products.
 */
function batchMatMul(own: tf.KernelFunc, multiply: (...values: unknown[]) => void): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as WasmBackend;
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const outer = a.shape.slice(0, -2);
    if (outer.join() !== b.shape.slice(0, -2).join()) return own(call);
    const [m, k] = (transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2)) as [number, number];
    const n = b.shape[transposeB ? outer.length : outer.length + 1]!;
    const left = transposeA ? swapped(backend, a) : a;
    const right = transposeB ? swapped(backend, b) : b;
    const output = backend.makeOutput([...outer, m, n], 'float32');
    for (let i = 0; i < sizeOf(outer); i++) {
      const views = (
        [
          [left, m, k],
          [right, k, n],
          [output, m, n],
        ] as const
      ).map(([tensor, rows, columns]) =>
        backend.makeOutput(
          [1, rows, columns],
          'float32',
          backend.dataIdMap.get(tensor.dataId).memoryOffset + 4 * i * rows * columns,
        ),
      );
      const [x, y, z] = views.map(({ dataId }) => backend.dataIdMap.get(dataId).id);
      multiply(x, bytesOf([1, m, k]), 3, y, bytesOf([1, k, n]), 3, 0, 0, z);
      // Ends the view (and XNNPACK's packed copy of the right operand), not the memory under it.
      for (const { dataId } of views) {
        backend.wasm.tfjs.disposeData(backend.dataIdMap.get(dataId).id);
        backend.dataIdMap.delete(dataId);
      }
    }
    if (left !== a) backend.disposeData(left.dataId);
    if (right !== b) backend.disposeData(right.dataId);
    return output;
  };
}

/** Puts the fast product in the place of tfjs's; the wasm backend must be running. */
export function replaceMatMul(backend: WasmBackend): void {
  const own = tf.getKernel(tf.BatchMatMul, 'wasm');
  tf.unregisterKernel(tf.BatchMatMul, 'wasm');
  const number = 'number';
  const parameters = [number, 'array', number, number, 'array', number, number, number, number];
  tf.registerKernel({
    ...own,
    kernelFunc: batchMatMul(own.kernelFunc, backend.wasm.cwrap(tf.BatchMatMul, null, parameters)),
  });
}
