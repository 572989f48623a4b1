import type { InferenceSession, TensorConstructor } from 'onnxruntime-node';
import type { Bundle } from '../bundle/bundle';
import type { BundleFile } from '../bundle/bundle-config';
import type { BundleFiles } from '../bundle/bundle-files';
import { buildNetwork } from '../graph/network';
import { buildTurning } from '../graph/turning';
import { cacheNames } from '../predictor/onnx-context-cache';
import { OnnxMaskPredictor } from '../predictor/onnx-mask-predictor';
import type { SharedSession } from '../predictor/onnx-sharing';
import { EmbeddingRows } from '../foreign/embedding-rows';
import type { ForeignBundle } from '../foreign/foreign-bundle';
import { ForeignPredictor } from '../foreign/foreign-predictor';
import type { PlainBundle } from '../plain/plain-bundle';
import { PlainPredictor } from '../plain/plain-predictor';
import type { ProviderName } from '../../contract/provider';
import { compilesPerShape } from '../predictor/shape-buckets';
import type { Machine } from './machine';

/**
 * The most that share a forward. With so many rows a processor has enough to do, and a ninth context would gain next
 * to nothing (docs/notebook/shared-steps.md) while the graph grows with each. A GPU waits for many small programs,
 * whosever rows they are for.
 */
const SHARED_ON_CPU = { contexts: 8, rows: 128 };
const SHARED_ON_GPU = { contexts: 32, rows: 1024 };

/**
 * Loads the bundle's graph on one execution provider. Parts of the graph that it lacks run on the CPU.
 *
 * @param buckets whether inputs are padded to a few sizes
 */
export async function openSession(
  { files, config }: Bundle,
  machine: Machine,
  provider: ProviderName,
  threads: number,
  buckets = compilesPerShape(provider),
): Promise<OnnxMaskPredictor> {
  const onDevice = provider === 'webgpu';
  const { session, tensors } = await openGraph(
    { files, graph: config.files.graph.name, data: config.files.weights.map(({ name }) => name) },
    machine,
    provider,
    threads,
    onDevice ? cacheNames(config.architecture.layers) : [],
  );
  const openTurning = async (): Promise<InferenceSession> => {
    const { ort } = await machine.loadOrt(threads);
    const outputs = Array.from({ length: config.architecture.layers }, (_, layer) => `k_${layer}`);
    return ort.InferenceSession.create(
      buildTurning(config.architecture),
      sessionOptions(provider, threads, outputs),
    );
  };
  const openShared = async (wanted: number): Promise<SharedSession> => {
    const most = provider === 'cpu' ? SHARED_ON_CPU : SHARED_ON_GPU;
    const contexts = Math.min(wanted, most.contexts);
    const weightsFiles = config.files.weights.map(({ name }) => name);
    const graph = buildNetwork({ ...config, weightsFiles, contexts });
    const { kind, ort } = await machine.loadOrt(threads);
    const externalData = await Promise.all(
      weightsFiles.map(async (name) => ({ path: name, data: await files.read(name) })),
    );
    const options = { ...sessionOptions(kind === 'wasm' ? 'wasm' : provider, threads), externalData };
    return { contexts, rows: most.rows, session: await ort.InferenceSession.create(graph, options) };
  };
  return new OnnxMaskPredictor(session, config, tensors, {
    onDevice,
    buckets,
    openTurning: onDevice ? openTurning : undefined,
    openShared,
  });
}

/** Loads a plain bundle's graph on one execution provider. */
export async function openPlainSession(
  { files, config }: PlainBundle,
  machine: Machine,
  provider: ProviderName,
  threads: number,
): Promise<PlainPredictor> {
  const { graph, data } = config.files;
  const parts = { files, graph: graph.name, data: data.map(({ name }) => name) };
  const { session, tensors } = await openGraph(parts, machine, provider, threads, []);
  return new PlainPredictor(session, config, tensors);
}

/**
 * Loads an imported network's graph on one execution provider. On a GPU float16 is multiplied as it is, unless the GPU
 * cannot: not all adapters of WebGPU have it.
 */
export async function openForeignSession(
  bundle: ForeignBundle,
  machine: Machine,
  provider: ProviderName,
  threads: number,
  buckets = compilesPerShape(provider),
): Promise<ForeignPredictor> {
  const { graph, halfGraph } = bundle.config.files;
  const open = (file: BundleFile): Promise<ForeignPredictor> =>
    openForeignGraph(bundle, file.name, machine, provider, threads, buckets);
  if (provider === 'cpu' || !halfGraph) return open(graph);
  const predictor = await open(halfGraph);
  try {
    await predictor.tryRun();
    return predictor;
  } catch {
    await predictor.dispose();
    return open(graph);
  }
}

async function openForeignGraph(
  { files, config, layout }: ForeignBundle,
  graph: string,
  machine: Machine,
  provider: ProviderName,
  threads: number,
  buckets: boolean,
): Promise<ForeignPredictor> {
  const onDevice = provider === 'webgpu';
  const { session, tensors } = await openGraph(
    { files, graph, data: config.files.weights.map(({ name }) => name) },
    machine,
    provider,
    threads,
    onDevice ? cacheNames(config.model.layers) : [],
  );
  const embedding = new EmbeddingRows(files, layout.matrix('embedding'));
  return new ForeignPredictor(session, config, embedding, tensors, { onDevice, buckets });
}

/** A graph and the files that its weights lie in, by name. */
interface GraphFiles {
  readonly files: BundleFiles;
  readonly graph: string;
  readonly data: readonly string[];
}

/** @param onDevice outputs that stay in the GPU's memory */
async function openGraph(
  { files, graph, data }: GraphFiles,
  machine: Machine,
  provider: ProviderName,
  threads: number,
  onDevice: readonly string[],
): Promise<{ readonly session: InferenceSession; readonly tensors: TensorConstructor }> {
  // Loaded late: a process that only checks bundles needs no native library.
  const { kind, ort } = await machine.loadOrt(threads);
  if (kind === 'wasm' && provider !== 'cpu') throw new Error('WebAssembly has only the CPU');
  const options = sessionOptions(kind === 'wasm' ? 'wasm' : provider, threads, onDevice);
  if (kind === 'wasm') {
    // Weights beside the graph resolve by themselves in the native build only.
    options.externalData = data.map((name) => ({ path: name, data: files.forRuntime(name) }));
  }
  const model = files.forRuntime(graph);
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options));
  return { session, tensors: ort.Tensor };
}

/** @param onDevice outputs that stay in the GPU's memory */
function sessionOptions(
  provider: ProviderName | 'wasm',
  threads: number,
  onDevice: readonly string[] = [],
): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
    ...(onDevice.length > 0
      ? { preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer' as const])) }
      : {}),
  };
}
