/** The WebGPU backend: tfjs's own on a Dawn device, with our kernels beside it. */
import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { attachGpu, Gpu, type Capabilities } from './gpu';
import { type Dawn } from './dawn';

/** f16 × f16 → f32 in 16×16×16 pieces by 32 lanes: what the matrix kernels are written for. */
function hasSubgroupMatrices({ adapter, device }: Dawn): boolean {
  const needed = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];
  if (!needed.every((name) => device.features.has(name))) return false;
  const { subgroupMatrixConfigs } = adapter.info as GPUAdapterInfo & {
    subgroupMatrixConfigs?: Iterable<{
      componentType: string;
      resultComponentType: string;
      M: number;
      N: number;
      K: number;
    }>;
  };
  return [...(subgroupMatrixConfigs ?? [])].some(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === 'f16' && resultComponentType === 'f32' && M === 16 && N === 16 && K === 16,
  );
}

function capabilitiesOf(dawn: Dawn): Capabilities {
  const { subgroupMinSize, subgroupMaxSize } = dawn.adapter.info;
  const subgroups32 =
    dawn.device.features.has('subgroups') && subgroupMinSize === 32 && subgroupMaxSize === 32;
  return {
    subgroups32,
    subgroupMatrices: subgroups32 && hasSubgroupMatrices(dawn),
    wideWarps: dawn.adapter.info.vendor === 'nvidia',
    timestamps: dawn.device.features.has('timestamp-query'),
  };
}

/** Makes WebGPU on this device tfjs's current backend. */
export async function startWebgpu(dawn: Dawn): Promise<Gpu> {
  const backend = new WebGPUBackend(dawn.device, dawn.adapter.info);
  // A backend started earlier, on another device; its type does not say that there may be none.
  if ((tf.findBackendFactory('webgpu') as unknown) !== null) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  const gpu = new Gpu(backend, capabilitiesOf(dawn));
  attachGpu(gpu);
  return gpu;
}
