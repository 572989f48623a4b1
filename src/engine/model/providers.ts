import { EngineError } from '../errors';
import type { WeightPrecision } from './bundle-config';
import type { ProviderName } from './provider';

/** How a provider that is not there is got. */
const HOW_TO_GET: Record<ProviderName, string> = {
  cpu: 'It comes with onnxruntime-node on every platform that has it.',
  webgpu: 'It needs a GPU whose driver offers Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS).',
  cuda:
    'It needs Linux, an NVIDIA driver, the CUDA and cuDNN libraries, and the CUDA provider libraries of ' +
    "onnxruntime-node, which its install script downloads unless .npmrc's onnxruntime-node-install=skip says not to.",
  dml: 'It is there on Windows only.',
  coreml: 'It is there on macOS with an Apple processor only.',
};

/** The providers that this platform's onnxruntime-node can know, fastest first. */
export function platformProviders(platform: NodeJS.Platform = process.platform): ProviderName[] {
  switch (platform) {
    case 'linux':
      return ['cuda', 'webgpu', 'cpu'];
    case 'win32':
      return ['webgpu', 'dml', 'cpu'];
    case 'darwin':
      return ['webgpu', 'coreml', 'cpu'];
    default:
      return ['cpu'];
  }
}

/**
 * What `auto` tries before the CPU, in order. int8 weights are made for the CPU's integer products; DirectML and CoreML
 * run only when asked for.
 */
export function automaticProviders(precision: WeightPrecision, platform = process.platform): ProviderName[] {
  if (precision === 'int8') return [];
  return platformProviders(platform).filter((name) => name === 'cuda' || name === 'webgpu');
}

/** @param why what happened when it was tried */
export function providerUnavailable(provider: ProviderName, why: string): EngineError {
  const known = platformProviders();
  const others = known.filter((name) => name !== provider);
  return new EngineError(
    'provider-unavailable',
    `The execution provider "${provider}" cannot be used here: ${why.replace(/\.$/, '')}. ${HOW_TO_GET[provider]} ` +
      `Choose "auto"${others.map((name) => `, "${name}"`).join('')} instead.`,
  );
}
