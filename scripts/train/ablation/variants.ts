import type { Tier } from '../corpus/manifest';
import { PRESETS, type TrainingSettings } from '../settings/presets';
import type { BatchConfig } from '../samples/batch';

type Change = (settings: TrainingSettings) => TrainingSettings;

/** One change of the training run whose effect is measured, everything else as it is. */
export interface Variant {
  readonly name: string;
  /** The decision that it is about; variants of one decision stand together in the table. */
  readonly about: string;
  readonly change?: Change;
  readonly seed?: number;
  /** Only the texts of this tier of the corpus. */
  readonly tier?: Tier;
}

/** The run that every variant changes: the base preset, shortened, without its last phase. */
export function baseline(steps: number): TrainingSettings {
  const { batch, schedule, ...preset } = PRESETS.base;
  return {
    ...preset,
    steps,
    schedule: { ...schedule, shape: 'wsd', warmup: Math.min(schedule.warmup, Math.ceil(steps / 8)) },
    batch: { ...batch, lastPhase: { ...batch.lastPhase, share: 0 } },
  };
}

function batch(change: Partial<BatchConfig>): Change {
  return (settings) => ({ ...settings, batch: { ...settings.batch, ...change } });
}

function schedule(change: Partial<TrainingSettings['schedule']>): Change {
  return (settings) => ({ ...settings, schedule: { ...settings.schedule, ...change } });
}

function withAdamW(settings: TrainingSettings): TrainingSettings {
  return { ...settings, optimizer: 'adamw', schedule: { ...settings.schedule, peak: settings.adamwPeak } };
}

function shape(layers: number, heads: number, swiglu: number): Change {
  return (settings) => ({
    ...settings,
    architecture: { ...settings.architecture, layers, heads, width: heads * 64, swiglu },
  });
}

const { share, resize, doubt } = PRESETS.base.batch.lastPhase;

function lastPhase(change: Partial<BatchConfig['lastPhase']>): Change {
  return (settings) => ({
    ...settings,
    batch: { ...settings.batch, lastPhase: { ...settings.batch.lastPhase, share, ...change } },
  });
}

/** A last phase that is the whole run. */
function resizing(change: Partial<BatchConfig['lastPhase']['resize']>): Change {
  return lastPhase({ share: 1, resize: { ...resize, ...change } });
}

const NO_RESIZE = { ...resize, merged: 0, padded: 0 };
const NO_DOUBT = { ...doubt, corrupted: 0, clean: 0 };

/** Every few tokens a run of positions of their own: nearly the true distances. */
const FINE_RUNS = Array.from({ length: 32 }, (_, i) => 4 * (i + 1));

export const VARIANTS: readonly Variant[] = [
  { name: 'baseline', about: '' },
  { name: 'baseline, another seed', about: 'noise', seed: 2 },
  { name: 'every sample has holes', about: 'hole-shaped samples', change: batch({ holeShare: 1 }) },
  { name: 'half of the samples have holes', about: 'hole-shaped samples', change: batch({ holeShare: 0.5 }) },
  { name: 't uniform from 0.02', about: 'draw of t', change: batch({ t: { kind: 'uniform', least: 0.02 } }) },
  { name: 't uniform from 0.1', about: 'draw of t', change: batch({ t: { kind: 'uniform', least: 0.1 } }) },
  { name: 't uniform from 0.3', about: 'draw of t', change: batch({ t: { kind: 'uniform', least: 0.3 } }) },
  { name: 'weight 1/√t', about: 'weight', change: batch({ tPower: 0.5 }) },
  { name: 'weight 1', about: 'weight', change: batch({ tPower: 0 }) },
  {
    name: 'distances true to 4 tokens',
    about: 'reserved positions',
    change: (settings) => ({
      ...settings,
      batch: {
        ...settings.batch,
        smallestRun: 1,
        window: { ...settings.batch.window, reserved: FINE_RUNS },
      },
    }),
  },
  { name: 'tier 300', about: 'corpus', tier: 300 },
  { name: 'tier 600', about: 'corpus', tier: 600 },
  { name: 'every language as often as it is there', about: 'corpus', change: batch({ languageWeights: {} }) },
  { name: '14 layers of width 384', about: 'depth and width', change: shape(14, 6, 1056) },
  { name: '4 layers of width 704', about: 'depth and width', change: shape(4, 11, 1920) },
  {
    name: '1024 rows, 32 samples',
    about: 'context',
    change: (settings) => ({
      ...settings,
      batch: {
        ...settings.batch,
        batch: settings.batch.batch / 2,
        window: { ...settings.batch.window, rows: 1024, positions: 1536 },
      },
    }),
  },
  { name: 'AdamW', about: 'optimiser', change: withAdamW },
  {
    name: 'embedding as slow as the matrices',
    about: 'optimiser',
    change: (settings) => ({ ...settings, embeddingFactor: 1 }),
  },
  { name: 'peak 1.2e-3', about: 'learning rate', change: schedule({ peak: 1.2e-3 }) },
  { name: 'peak 4.8e-3', about: 'learning rate', change: schedule({ peak: 4.8e-3 }) },
  { name: 'falls to a tenth of the peak', about: 'learning rate', change: schedule({ floor: 0.1 }) },
  { name: 'falls from the warm-up on', about: 'learning rate', change: schedule({ shape: 'linear' }) },
  { name: 'average 0.99', about: 'EMA', change: (settings) => ({ ...settings, emaDecay: 0.99 }) },
  { name: 'average 0.999', about: 'EMA', change: (settings) => ({ ...settings, emaDecay: 0.999 }) },
  { name: 'length and doubt', about: 'last fifth', change: lastPhase({}) },
  { name: 'length only', about: 'last fifth', change: lastPhase({ doubt: NO_DOUBT }) },
  { name: 'doubt only', about: 'last fifth', change: lastPhase({ resize: NO_RESIZE }) },
];

/** A short run that goes on from a bundle, all of it teaching length and doubt: what these variants change. */
export function goingOn(steps: number): TrainingSettings {
  return resizing({})(
    schedule({ shape: 'linear', peak: 1e-3, warmup: Math.ceil(steps / 20) })(baseline(steps)),
  );
}

/** How length is taught: to be compared by what the runs' bundles fill. */
export const LENGTH_VARIANTS: readonly Variant[] = [
  { name: 'as base', about: '' },
  {
    name: 'merged with probability 0.1 to 0.5',
    about: 'merging',
    change: resizing({ mergeProbability: [0.1, 0.5] }),
  },
  { name: 'up to 15 masks too many', about: 'padding', change: resizing({ mostPadding: 15 }) },
  {
    name: 'each mask too many weighs a token',
    about: 'weight of padding',
    change: resizing({ paddingPower: 1 }),
  },
  { name: 'half as many holes resized', about: 'share', change: resizing({ merged: 0.175, padded: 0.175 }) },
];
