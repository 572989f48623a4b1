/**
 * Addition of equal shapes as a kernel of our own. tfjs's tape adds up the gradients of a tensor that was used several
 * times with its kernel `Add`; a step is replayed only if that goes through `Gpu.record`, too. Importing this file puts
 * it in the place of tfjs's kernel on WebGPU, which still adds what is of other shapes or types, or small and on the
 * host.
 */
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { add } from './kernels';

function replaceAdd(): void {
  const kernel = tf.getKernel('Add', 'webgpu');
  tf.unregisterKernel('Add', 'webgpu');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const gpu = activeGpu();
      if (gpu === undefined || !areAlike(a, b) || gpu.backend.shouldExecuteOnCPU([a, b]))
        return kernel.kernelFunc(call);
      return add(gpu, a, b);
    },
  });
}

function areAlike(a: tf.TensorInfo, b: tf.TensorInfo): boolean {
  return (
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, i) => size === b.shape[i])
  );
}

replaceAdd();
