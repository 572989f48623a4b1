/** Chooses what a training run computes on. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { openDawn } from './dawn';
import { findTensorflow, startTensorflow } from './tensorflow';
import { startWasm } from './wasm/wasm';
import { startWebgpu } from './webgpu';

export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'cpu';

export interface TrainingBackend {
  readonly tf: typeof tf;
  readonly name: 'tensorflow' | 'webgpu' | 'cpu';
  /** For people: the adapter or package, and how matrices are multiplied. */
  readonly description: string;
  /** True when matrices are multiplied in f16 by the device's matrix units, summed in f32. */
  readonly subgroupMatrices: boolean;
  dispose(): void;
}

/**
 * Starts a backend and makes it tfjs's current one. `auto` takes libtensorflow if the user installed it,
 * else a hardware WebGPU adapter, else the CPU. A backend asked for by name that is not there is an error.
 */
export async function selectBackend(name: BackendName): Promise<TrainingBackend> {
  if (name === 'tensorflow' || (name === 'auto' && findTensorflow() !== undefined))
    return startedTensorflow();
  if (name !== 'cpu') {
    const webgpu = await startedWebgpu(name === 'webgpu');
    if (webgpu !== undefined) return webgpu;
    if (name === 'webgpu') {
      throw new Error(
        'No WebGPU adapter was found. On Linux install a Vulkan driver and its loader (Debian: libvulkan1, mesa-vulkan-drivers), check that "npm ci" installed the package "webgpu", or choose --backend cpu.',
      );
    }
  }
  await startWasm();
  return {
    tf,
    name: 'cpu',
    description: 'WebAssembly, one thread, float32',
    subgroupMatrices: false,
    dispose: () => undefined,
  };
}

async function startedTensorflow(): Promise<TrainingBackend> {
  const description = await startTensorflow();
  return { tf, name: 'tensorflow', description, subgroupMatrices: false, dispose: () => undefined };
}

async function startedWebgpu(software: boolean): Promise<TrainingBackend | undefined> {
  const dawn = await openDawn({ software });
  if (dawn === undefined) return undefined;
  const gpu = await startWebgpu(dawn);
  const { subgroupMatrices } = gpu.capabilities;
  return {
    tf,
    name: 'webgpu',
    description: `${dawn.name}, ${subgroupMatrices ? 'float16 matrices summed in float32' : 'float32'}`,
    subgroupMatrices,
    dispose: () => {
      tf.removeBackend('webgpu');
      dawn.dispose();
    },
  };
}
