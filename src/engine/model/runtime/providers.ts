import { EngineError } from '../../contract/errors';
import { isQuantized, type WeightPrecision } from '../graph/architecture';
import type { ProviderName } from '../../contract/provider';

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

/**
 * The providers that `auto` tries before the CPU, in order. Quantised weights are made for the CPU's integer products;
 * DirectML and CoreML run only when asked for.
 *
 * @param known the providers that there can be
 */
export function automaticProviders(
  precision: WeightPrecision,
  known: readonly ProviderName[],
): ProviderName[] {
  if (isQuantized(precision)) return [];
  return known.filter((name) => name === 'cuda' || name === 'webgpu');
}

/**
 * @param why what happened when it was tried
 * @param known the providers that there can be
 */
export function providerUnavailable(
  provider: ProviderName,
  why: string,
  known: readonly ProviderName[],
): EngineError {
  // Where there is nothing but the CPU, in a browser for one, no driver or library brings another.
  const how = known.some((name) => name !== 'cpu') ? `${HOW_TO_GET[provider]} ` : '';
  const others = known.filter((name) => name !== provider);
  return new EngineError(
    'provider-unavailable',
    `The execution provider "${provider}" cannot be used here: ${why.replace(/\.$/, '')}. ${how}` +
      `Choose "auto"${others.map((name) => `, "${name}"`).join('')} instead.`,
  );
}
