/** Rows of a table by index, and the sum that is its gradient, for tfjs's wasm backend. */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type WasmBackend } from './wasm-backend';

/**
 * out[s] = Σ x[i] over the i with segmentIds[i] = s: the gradient of a gather.
 * A segment id outside 0…numSegments−1 drops its row, as in TensorFlow.
 */
const unsortedSegmentSum: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const heap = backend as WasmBackend;
  const { x, segmentIds: ids } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const segments = attrs?.['numSegments'] as number;
  const rows = sizeOf(ids.shape);
  const inner = rows === 0 ? 0 : sizeOf(x.shape) / rows;
  const output = heap.makeOutput([segments, ...x.shape.slice(ids.shape.length)], x.dtype);
  // Allocation can grow the heap and detach older views, so the views come after it.
  const sum = heap.typedArrayFromHeap(output).fill(0);
  const values = heap.typedArrayFromHeap(x);
  const segmentIds = heap.typedArrayFromHeap(ids);
  for (let row = 0; row < rows; row++) {
    const segment = segmentIds[row]!;
    if (segment < 0 || segment >= segments) continue;
    const from = row * inner;
    const to = segment * inner;
    for (let i = 0; i < inner; i++) sum[to + i]! += values[from + i]!;
  }
  return output;
};

/** tfjs's wasm backend has no such kernel. */
export function registerSegmentSum(): void {
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: 'wasm',
    kernelFunc: unsortedSegmentSum,
  });
}

/** tfjs's own kernel copies number by number through index arithmetic; whole rows of a matrix are copied here. */
export function replaceGather(): void {
  const own = tf.getKernel(tf.GatherV2, 'wasm');
  const kernelFunc: tf.KernelFunc = (call) => {
    const heap = call.backend as WasmBackend;
    const { x, indices } = call.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const { axis, batchDims } = call.attrs as unknown as { axis: number; batchDims: number };
    const whole = axis === 0 && batchDims === 0 && x.shape.length === 2 && indices.dtype === 'int32';
    if (!whole || x.dtype !== 'float32') return own.kernelFunc(call);
    const [rows, width] = x.shape as [number, number];
    const output = heap.makeOutput([...indices.shape, width], x.dtype);
    const to = heap.typedArrayFromHeap(output);
    const from = heap.typedArrayFromHeap(x);
    heap.typedArrayFromHeap(indices).forEach((index, i) => {
      if (index < 0 || index >= rows)
        throw new RangeError(`index ${index} is outside a table of ${rows} rows`);
      to.set(from.subarray(index * width, (index + 1) * width), i * width);
    });
    return output;
  };
  tf.unregisterKernel(tf.GatherV2, 'wasm');
  tf.registerKernel({ ...own, kernelFunc });
}
