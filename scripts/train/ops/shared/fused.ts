/** Declares an operation that runs as our own kernels on WebGPU, with its gradient, as a tfjs kernel. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, type Gpu } from '../../backend/gpu';

export interface FusedOp<Input extends string, Attributes> {
  readonly name: string;
  /** Inputs the gradient needs, in the order `backward` gets them; outputs follow where `saveOutputs` is true. */
  readonly save: readonly Input[];
  readonly saveOutputs?: readonly boolean[];
  forward(gpu: Gpu, inputs: Readonly<Record<Input, tf.TensorInfo>>, attributes: Attributes): tf.TensorInfo[];
  /** Gradients of the differentiable inputs, newly allocated, one tensor each. */
  backward(
    gpu: Gpu,
    dys: readonly tf.Tensor[],
    saved: readonly tf.Tensor[],
    attributes: Attributes,
  ): Partial<Record<Input, tf.TensorInfo>>;
}

function currentGpu(name: string): Gpu {
  const gpu = activeGpu();
  if (gpu === undefined) throw new Error(`${name} has no kernel on the backend ${tf.getBackend()}`);
  return gpu;
}

/** Registers kernel and gradient; the function returned runs the operation on the current backend, which must be WebGPU. */
export function defineFused<Input extends string, Attributes>(
  op: FusedOp<Input, Attributes>,
): (inputs: Record<Input, tf.Tensor>, attributes: Attributes) => tf.Tensor[] {
  tf.registerKernel({
    kernelName: op.name,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs }) =>
      op.forward(currentGpu(op.name), inputs as Record<Input, tf.TensorInfo>, attrs as unknown as Attributes),
  });
  tf.registerGradient({
    kernelName: op.name,
    inputsToSave: [...op.save],
    ...(op.saveOutputs === undefined ? {} : { outputsToSave: [...op.saveOutputs] }),
    gradFunc: (dy, saved, attrs) => {
      const gpu = currentGpu(op.name);
      const dys = Array.isArray(dy) ? dy : [dy];
      const gradients = op.backward(gpu, dys, saved, attrs as unknown as Attributes);
      // Nothing reads these again (each output has one gradient, each save one owner): freeing them
      // here rather than at the end of the backward pass halves its memory.
      for (const tensor of [...dys, ...saved]) tensor.dispose();
      return Object.fromEntries(
        Object.entries<tf.TensorInfo | undefined>(gradients).flatMap(([name, info]) =>
          info === undefined ? [] : [[name, () => gpu.own(info)]],
        ),
      );
    },
  });
  return (inputs, attributes) =>
    tf
      .engine()
      .runKernel(op.name, inputs, attributes as unknown as tf.NamedAttrMap) as unknown as tf.Tensor[];
}
