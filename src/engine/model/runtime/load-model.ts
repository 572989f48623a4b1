import type { EngineInfo, LoadOptions } from '../../contract/engine';
import { isQuantized } from '../graph/architecture';
import type { BundleFiles } from '../bundle/bundle-files';
import { RecentContexts, UncachedContexts } from '../predictor/context-caches';
import type { MaskPredictor } from '../predictor/mask-predictor';
import { KeptContexts } from '../predictor/kept-contexts';
import { chooseProvider, type ChosenProvider } from './choose-provider';
import type { Machine } from './machine';
import { openBundle, type OpenableBundle } from './open-bundle';
import type { Runtime } from './runtime';
import { checkTogether } from './together';

export interface Loaded {
  readonly runtime: Runtime;
  /** For requests that leave one core to others; made when first asked for. */
  readonly backgroundRuntime: () => Promise<Runtime>;
  readonly info: EngineInfo;
  /** Most requests under way at once. */
  readonly together: number;
}

/** Loads a bundle of either kind: checks its files, starts a provider and warms it up. */
export async function loadModel(files: BundleFiles, machine: Machine, options: LoadOptions): Promise<Loaded> {
  const started = performance.now();
  const togetherOn = checkTogether(options);
  const bundle = await openBundle(files);
  const chosen = await chooseProvider(bundle, machine, options);
  const { config, tokenizer } = bundle;
  const together = togetherOn(chosen.provider);
  if (together > 1) await chosen.predictor.share?.(together);
  const info: EngineInfo = {
    bundle: config.name,
    bundleFolder: files.folder,
    provider: chosen.provider,
    precision: config.precision,
    vocabulary: chosen.predictor.vocabulary,
    windowRows: config.window.rows,
    loadMs: performance.now() - started,
    ...(config.chooser ? { chooser: config.chooser } : {}),
  };
  const { threads = machine.threads } = options;
  const opensAgain = await mayOpenAgain(bundle, machine, chosen, threads);
  // One for completions, one for commands; where completions run in the background, each opening has its own.
  // What an imported network computes of a context holds for the holes of one request only.
  const recent = bundle.kind === 'foreign' ? 0 : opensAgain ? 1 : 2;
  const runtimeOn = (mask: MaskPredictor): Runtime => {
    const predictor =
      options.contextCache === false ? new UncachedContexts(mask) : new RecentContexts(mask, recent);
    return {
      config,
      tokenizer,
      predictor,
      kept: new KeptContexts(predictor, (text) => tokenizer.encode(text), options.keptContexts),
    };
  };
  const openAgain = async (): Promise<Runtime> => {
    const again = await chooseProvider(bundle, machine, { provider: 'cpu', threads: threads - 1 });
    return runtimeOn(again.predictor);
  };
  const runtime = runtimeOn(chosen.predictor);
  let background: Promise<Runtime> | undefined;
  const backgroundRuntime = (): Promise<Runtime> =>
    (background ??= opensAgain ? openAgain() : Promise.resolve(runtime));
  return { runtime, backgroundRuntime, info, together };
}

/**
 * Tells whether the model may be opened once more for one thread fewer, as requests in the background want it: ONNX
 * Runtime fixes their number when it opens a model. That is twice the weights in memory: 42 MB more of the bundled model
 * in int8, and too much of larger ones. All openings of the WebAssembly build share one set of threads.
 */
async function mayOpenAgain(
  { kind, config }: OpenableBundle,
  machine: Machine,
  { provider }: ChosenProvider,
  threads: number,
): Promise<boolean> {
  if (kind !== 'own' || provider !== 'cpu' || !isQuantized(config.precision) || threads < 2) return false;
  return (await machine.loadOrt(threads)).kind !== 'wasm';
}
