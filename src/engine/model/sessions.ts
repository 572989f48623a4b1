import type { InferenceSession } from 'onnxruntime-node';
import { bundlePath, type Bundle } from './bundle';
import { cacheNames, OnnxMaskPredictor } from './onnx-mask-predictor';
import { loadOrt } from './ort-module';
import type { ProviderName } from './provider';

/** Loads the bundle's graph on one execution provider. Parts of the graph that it lacks run on the CPU. */
export async function openSession(
  bundle: Bundle,
  provider: ProviderName,
  threads: number,
): Promise<OnnxMaskPredictor> {
  // Loaded late: a process that only checks bundles needs no native library.
  const { kind, ort } = await loadOrt(threads);
  if (kind === 'wasm' && provider !== 'cpu') throw new Error('WebAssembly has only the CPU');
  const onDevice = provider === 'webgpu';
  const options: InferenceSession.SessionOptions = {
    executionProviders: [kind === 'wasm' ? 'wasm' : provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  };
  if (kind === 'wasm') {
    // Weights beside the graph resolve by themselves in the native build only.
    options.externalData = [{ path: bundle.config.files.weights.name, data: bundlePath(bundle, 'weights') }];
  }
  if (onDevice) {
    const names = cacheNames(bundle.config.architecture.layers);
    options.preferredOutputLocation = Object.fromEntries(names.map((name) => [name, 'gpu-buffer']));
  }
  const session = await ort.InferenceSession.create(bundlePath(bundle, 'graph'), options);
  return new OnnxMaskPredictor(session, bundle.config, ort.Tensor, onDevice);
}
