import type { InferenceSession } from 'onnxruntime-node';
import { bundlePath, type Bundle } from './bundle';
import { cacheNames, OnnxMaskPredictor } from './onnx-mask-predictor';
import type { ProviderName } from './provider';

/** Loads the bundle's graph on one execution provider. Parts of the graph that it lacks run on the CPU. */
export async function openSession(
  bundle: Bundle,
  provider: ProviderName,
  threads: number,
): Promise<OnnxMaskPredictor> {
  // Loaded late: a process that only checks bundles needs no native library.
  const ort = await import('onnxruntime-node');
  // What goes wrong arrives as an error; the library's own copy of it on standard error would only confuse.
  ort.env.logLevel = 'fatal';
  const onDevice = provider === 'webgpu';
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  };
  if (onDevice) {
    const names = cacheNames(bundle.config.architecture.layers);
    options.preferredOutputLocation = Object.fromEntries(names.map((name) => [name, 'gpu-buffer']));
  }
  const session = await ort.InferenceSession.create(bundlePath(bundle, 'graph'), options);
  return new OnnxMaskPredictor(session, bundle.config, ort.Tensor, onDevice);
}
