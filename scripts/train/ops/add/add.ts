/**
 * Addition of equal shapes as a kernel of our own. tfjs's tape adds up the gradients of a tensor that was used several
 * times with its kernel `Add`; a step is replayed only if that goes through `Gpu.record`, too.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, type Gpu } from '../../backend/gpu';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';

/** Takes the place of tfjs's kernel on WebGPU, which still adds what is of other shapes or types, or small and on the host. */
export function replaceAdd(): void {
  const kernel = tf.getKernel('Add', 'webgpu');
  if (kernel.kernelFunc === addKernel) return;
  stock = kernel.kernelFunc;
  tf.unregisterKernel('Add', 'webgpu');
  tf.registerKernel({ ...kernel, kernelFunc: addKernel });
}

let stock: tf.KernelFunc;

const addKernel: tf.KernelFunc = (call) => {
  const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const gpu = activeGpu();
  const alike =
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, i) => size === b.shape[i]);
  if (!alike || gpu === undefined || gpu.backend.shouldExecuteOnCPU([a, b])) return stock(call);
  return add(gpu, a, b);
};

function add(gpu: Gpu, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const output = gpu.allocate(a.shape);
  const size = a.shape.reduce((product, length) => product * length, 1);
  if (size === 0) return output;
  const [items, type] = size % 4 === 0 ? [size / 4, 'vec4f'] : [size, 'f32'];
  gpu.record(
    {
      name: 'add',
      key: `${items} ${type}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['a', type],
              ['b', type],
            ],
            [['sum', type]],
          ),
          items,
          'sum[i] = a[i] + b[i];',
        ),
    },
    [a, b],
    [output],
    flatGrid(items),
  );
  return output;
}
