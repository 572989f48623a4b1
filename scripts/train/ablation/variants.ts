import type { Tier } from '../corpus/manifest';
import { PRESETS, type TrainingPreset } from '../presets';
import type { BatchConfig } from '../samples/batch';

type Change = (preset: TrainingPreset) => TrainingPreset;

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
export function baseline(steps: number): TrainingPreset {
  const { batch, schedule, ...preset } = PRESETS.base;
  return {
    ...preset,
    steps,
    schedule: { ...schedule, shape: 'wsd', warmup: Math.min(schedule.warmup, Math.ceil(steps / 8)) },
    batch: { ...batch, lastPhase: { ...batch.lastPhase, share: 0 } },
  };
}

const batch =
  (change: Partial<BatchConfig>): Change =>
  (preset) => ({ ...preset, batch: { ...preset.batch, ...change } });

const peak =
  (rate: number): Change =>
  (preset) => ({ ...preset, schedule: { ...preset.schedule, peak: rate } });

const shape =
  (layers: number, heads: number, swiglu: number): Change =>
  (preset) => ({
    ...preset,
    architecture: { ...preset.architecture, layers, heads, width: heads * 64, swiglu },
  });

const lastPhase =
  (change: Partial<BatchConfig['lastPhase']>): Change =>
  (preset) => ({
    ...preset,
    batch: { ...preset.batch, lastPhase: { ...PRESETS.base.batch.lastPhase, ...change } },
  });

const { resize, doubt } = PRESETS.base.batch.lastPhase;
const NO_RESIZE = { ...resize, merged: 0, padded: 0 };
const NO_DOUBT = { ...doubt, corrupted: 0, clean: 0 };

/** Every few tokens a run of positions of their own: nearly the true distances. */
const FINE_RUNS = Array.from({ length: 32 }, (_, i) => 4 * (i + 1));

export const VARIANTS: readonly Variant[] = [
  { name: 'baseline', about: '' },
  { name: 'baseline, another seed', about: 'noise', seed: 2 },
  { name: 'every sample has holes', about: 'hole-shaped samples', change: batch({ holeShare: 1 }) },
  { name: 'half of the samples have holes', about: 'hole-shaped samples', change: batch({ holeShare: 0.5 }) },
  { name: 't from 0.02', about: 'range of t', change: batch({ minimumT: 0.02 }) },
  { name: 't from 0.3', about: 'range of t', change: batch({ minimumT: 0.3 }) },
  { name: 'weight 1/√t', about: 'weight', change: batch({ tPower: 0.5 }) },
  { name: 'weight 1', about: 'weight', change: batch({ tPower: 0 }) },
  {
    name: 'distances true to 4 tokens',
    about: 'reserved positions',
    change: (preset) => ({
      ...preset,
      batch: {
        ...preset.batch,
        smallestRun: 1,
        window: { ...preset.batch.window, reserved: FINE_RUNS },
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
    change: (preset) => ({
      ...preset,
      batch: {
        ...preset.batch,
        batch: preset.batch.batch / 2,
        window: { ...preset.batch.window, rows: 1024, positions: 1536 },
      },
    }),
  },
  { name: 'peak 6e-4', about: 'learning rate', change: peak(6e-4) },
  { name: 'peak 2.4e-3', about: 'learning rate', change: peak(2.4e-3) },
  { name: 'average 0.99', about: 'EMA', change: (preset) => ({ ...preset, emaDecay: 0.99 }) },
  { name: 'average 0.999', about: 'EMA', change: (preset) => ({ ...preset, emaDecay: 0.999 }) },
  { name: 'length and doubt', about: 'last fifth', change: lastPhase({}) },
  { name: 'length only', about: 'last fifth', change: lastPhase({ doubt: NO_DOUBT }) },
  { name: 'doubt only', about: 'last fifth', change: lastPhase({ resize: NO_RESIZE }) },
];
