import type { EngineInfo, LoadOptions } from '../../contract/engine';
import { EngineError } from '../../contract/errors';
import { checkBundle, readText } from '../bundle/bundle';
import { type BundleConfig, isQuantized } from '../bundle/bundle-config';
import type { Window } from '../../text/window';
import type { BundleFiles } from '../bundle/bundle-files';
import { RecentContexts, UncachedContexts } from '../predictor/context-caches';
import type { Machine } from './machine';
import { choosePredictor, createOrtPredictor, type Openable, type OrtPredictor } from './choose-provider';
import { readPlainBundle, type PlainBundle } from '../foreign/foreign-bundle';
import { openPlainSession } from './sessions';
import type { Runtime } from './runtime';
import { Tokenizer } from '../../text/tokenizer';
import type { TokenizerJson } from '../../text/token-bytes';

const MOST_POSITIONS = 2 ** 31 - 1;

export interface Loaded {
  readonly runtime: Runtime;
  /** For requests that leave one core to others; made when first asked for. */
  readonly backgroundRuntime: () => Promise<Runtime>;
  readonly info: EngineInfo;
}

/** Loads a bundle of either kind: checks its files, starts a provider and warms it up. */
export async function loadModel(files: BundleFiles, machine: Machine, options: LoadOptions): Promise<Loaded> {
  const started = performance.now();
  const plain = await readPlainBundle(files);
  const { name, window, learned, tokenizer, predictor, onFewerThreads } = plain
    ? await loadPlain(plain, machine, options)
    : await loadCached(files, machine, options);
  const info: EngineInfo = {
    bundle: name,
    bundleFolder: files.folder,
    provider: predictor.provider,
    precision: predictor.precision,
    vocabulary: predictor.vocabulary,
    windowRows: window.rows,
    loadMs: performance.now() - started,
  };
  // One for completions, one for commands; where completions run in the background, each opening has its own.
  const kept = onFewerThreads ? 1 : 2;
  const runtimeOf = (mask: OrtPredictor): Runtime => ({
    config: { window, learned },
    tokenizer,
    predictor: options.contextCache === false ? new UncachedContexts(mask) : new RecentContexts(mask, kept),
  });
  const runtime = runtimeOf(predictor);
  let background: Promise<Runtime> | undefined;
  const backgroundRuntime = (): Promise<Runtime> =>
    (background ??= onFewerThreads?.().then(runtimeOf) ?? Promise.resolve(runtime));
  return { runtime, backgroundRuntime, info };
}

/** What a bundle gives. */
interface Parts {
  readonly name: string;
  readonly window: Window;
  readonly learned: BundleConfig['learned'];
  readonly tokenizer: Tokenizer;
  readonly predictor: OrtPredictor;
  /** Opens the model once more for one thread fewer; ONNX Runtime fixes their number when it opens a model. */
  readonly onFewerThreads?: () => Promise<OrtPredictor>;
}

async function loadCached(files: BundleFiles, machine: Machine, options: LoadOptions): Promise<Parts> {
  const bundle = await checkBundle(files);
  const { name, window, learned } = bundle.config;
  const tokenizer = await readTokenizer(files, bundle.config.files.tokenizer.name);
  const predictor = await createOrtPredictor(bundle, machine, options);
  const { threads = machine.threads } = options;
  const { kind } = await machine.loadOrt(threads);
  // Twice the weights in memory: 42 MB more of the bundled model in int8, and too much of larger ones. All openings of
  // the WebAssembly build share one set of threads.
  if (predictor.provider !== 'cpu' || !isQuantized(predictor.precision) || threads < 2 || kind === 'wasm') {
    return { name, window, learned, tokenizer, predictor };
  }
  const onFewerThreads = (): Promise<OrtPredictor> =>
    createOrtPredictor(bundle, machine, { provider: 'cpu', threads: threads - 1 });
  return { name, window, learned, tokenizer, predictor, onFewerThreads };
}

async function loadPlain(bundle: PlainBundle, machine: Machine, options: LoadOptions): Promise<Parts> {
  const {
    name,
    precision,
    window: { rows },
  } = bundle.config;
  // Only the order of positions matters to a graph that numbers its tokens itself.
  const window = { rows, positions: MOST_POSITIONS, reserved: [rows] };
  const open: Openable['open'] = (provider, threads) => openPlainSession(bundle, machine, provider, threads);
  const predictor = await choosePredictor({ precision, window, open }, machine, options);
  const learned = { expand: false, remask: false, guidance: false };
  return { name, window, learned, tokenizer: new Tokenizer(bundle.tokenizer), predictor };
}

async function readTokenizer(files: BundleFiles, name: string): Promise<Tokenizer> {
  const text = await readText(files, name);
  try {
    return new Tokenizer(JSON.parse(text) as TokenizerJson);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'bundle-damaged',
      `The tokenizer ${files.pathOf(name)} cannot be read (${why}). It must be a byte-level BPE tokenizer.json; install the bundle again or export it anew.`,
      { cause: error },
    );
  }
}
