import type { ProviderName } from '../../contract/provider';
import type { Tokenizer } from '../../text/tokenizer';
import { checkBundle } from '../bundle/bundle';
import { readConfigJson } from '../bundle/bundle-checks';
import type { BundleConfig } from '../bundle/bundle-config';
import type { BundleFiles } from '../bundle/bundle-files';
import { isQuantized } from '../graph/architecture';
import { checkForeignBundle } from '../foreign/foreign-bundle';
import { isForeign } from '../foreign/foreign-config';
import { checkPlainBundle } from '../plain/plain-bundle';
import { isPlain } from '../plain/plain-config';
import type { MaskPredictor } from '../predictor/mask-predictor';
import type { Machine } from './machine';
import { TRIAL_TOLERANCE } from './provider-trial';
import type { ForeignHabits } from './runtime';
import { openForeignSession, openPlainSession, openSession } from './sessions';

/** A bundle of any kind, checked and ready to be opened on a provider. */
export interface OpenableBundle {
  /**
   * `own`: this project's network, with a context cache. `foreign`: an imported one, on a graph of this project's. `plain`:
   * somebody else's graph.
   */
  readonly kind: 'own' | 'foreign' | 'plain';
  readonly config: Pick<BundleConfig, 'name' | 'precision' | 'window' | 'learned' | 'chooser'> &
    ForeignHabits;
  readonly tokenizer: Tokenizer;
  /** How other providers are tried, where it is not as with this project's own models. */
  readonly trial?: TrialRules;
  /** Loads the graph; `threads` are the CPU provider's. */
  open(machine: Machine, provider: ProviderName, threads: number): Promise<MaskPredictor>;
}

/** How a provider's answer is judged. */
export interface TrialRules {
  /** True when the CPU answers first. Not where the model is too large to be opened twice. */
  readonly besideCpu: boolean;
  /** Largest relative difference from the CPU's logits. */
  readonly tolerance: number;
}

/** Bytes of weights beyond which a model is opened once. */
const MOST_TWICE = 2e9;
/** Rows of products in blocks are rounded in each provider's own way, layer upon layer. */
const BLOCKS_TOLERANCE = 0.15;

/** Only the order of positions matters to a graph that numbers its tokens itself. */
const MOST_POSITIONS = 2 ** 31 - 1;

/**
 * Reads a bundle: config.json once, which says of what kind it is, then every file's check and the tokenizer.
 *
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`, naming the file and what to do
 */
export async function openBundle(files: BundleFiles): Promise<OpenableBundle> {
  const json = await readConfigJson(files);
  if (isForeign(json)) return openForeign(files, json);
  return isPlain(json) ? openPlain(files, json) : openOwn(files, json);
}

async function openOwn(files: BundleFiles, json: unknown): Promise<OpenableBundle> {
  const bundle = await checkBundle(files, json);
  const { config, tokenizer } = bundle;
  return {
    kind: 'own',
    config,
    tokenizer,
    open: (machine, provider, threads) => openSession(bundle, machine, provider, threads),
  };
}

async function openForeign(files: BundleFiles, json: unknown): Promise<OpenableBundle> {
  const bundle = await checkForeignBundle(files, json);
  const { layout } = bundle;
  const { name, precision, window, model } = bundle.config;
  const { tokens, framing } = model;
  const rows = window.rows - framing.before.length - framing.behind.length;
  const expand = tokens.expand !== undefined && tokens.delete !== undefined;
  return {
    kind: 'foreign',
    config: {
      name,
      precision,
      window: { rows, positions: MOST_POSITIONS, reserved: [rows] },
      learned: { expand, remask: false, guidance: false },
      readsPaths: false,
      decoding: expand ? 'dreamon' : 'llada',
      deleteTakesAllBehind: tokens.deleteTakesAllBehind,
    },
    tokenizer: bundle.tokenizer,
    trial: {
      besideCpu: layout.files.reduce((sum, { bytes }) => sum + bytes, 0) <= MOST_TWICE,
      tolerance: isQuantized(precision) ? BLOCKS_TOLERANCE : TRIAL_TOLERANCE,
    },
    open: (machine, provider, threads) => openForeignSession(bundle, machine, provider, threads),
  };
}

async function openPlain(files: BundleFiles, json: unknown): Promise<OpenableBundle> {
  const bundle = await checkPlainBundle(files, json);
  const { name, precision, window } = bundle.config;
  return {
    kind: 'plain',
    config: {
      name,
      precision,
      window: { rows: window.rows, positions: MOST_POSITIONS, reserved: [window.rows] },
      learned: { expand: false, remask: false, guidance: false },
    },
    tokenizer: bundle.tokenizer,
    open: (machine, provider, threads) => openPlainSession(bundle, machine, provider, threads),
  };
}
