import type { Architecture, Window } from '../../src/engine/model/bundle-config';
import type { BatchConfig } from './samples/batch';

/** Everything a training run is configured by. */
export interface TrainingPreset {
  readonly name: string;
  readonly architecture: Architecture;
  readonly batch: BatchConfig;
  /** Tier of the pinned corpus used when no folder is given. */
  readonly tier: 20 | 300 | 600;
  readonly steps: number;
  readonly learningRate: number;
  readonly warmup: number;
  readonly weightDecay: number;
  readonly gradientClip: number;
  /** Steps between two validations, between two checkpoints, and between two lines of metrics.jsonl. */
  readonly validateEvery: number;
  readonly checkpointEvery: number;
  readonly logEvery: number;
  readonly validationBatches: number;
}

const SAMPLES = {
  holeShare: 0.75,
  shapes: { span: 0.35, tail: 0.25, lines: 0.3, word: 0.1 },
  holeCounts: [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
  holeWeight: 0.7,
  longestHole: 127,
  dropHeader: 0.1,
  dropContext: 0.1,
  shortContext: 0.2,
  minimumT: 0.1,
} as const;

const BASE_WINDOW: Window = { rows: 512, positions: 1024, reserved: [32, 128, 512] };
const TINY_WINDOW: Window = { rows: 128, positions: 1024, reserved: [32, 128, 512] };

export const PRESETS = {
  tiny: {
    name: 'tiny',
    architecture: {
      layers: 2,
      width: 128,
      heads: 2,
      headWidth: 64,
      swiglu: 352,
      vocabulary: 2048,
      ropeBase: 10000,
      normEpsilon: 1e-6,
    },
    batch: { ...SAMPLES, window: TINY_WINDOW, batch: 8, predictedShare: 0.28 },
    tier: 20,
    steps: 1000,
    learningRate: 3e-3,
    warmup: 50,
    weightDecay: 0.1,
    gradientClip: 1,
    validateEvery: 250,
    checkpointEvery: 250,
    logEvery: 10,
    validationBatches: 4,
  },
  base: {
    name: 'base',
    architecture: {
      layers: 8,
      width: 512,
      heads: 8,
      headWidth: 64,
      swiglu: 1408,
      vocabulary: 12288,
      ropeBase: 10000,
      normEpsilon: 1e-6,
    },
    batch: { ...SAMPLES, window: BASE_WINDOW, batch: 64, predictedShare: 0.28 },
    tier: 600,
    steps: 14_000,
    learningRate: 1.2e-3,
    warmup: 300,
    weightDecay: 0.1,
    gradientClip: 1,
    validateEvery: 1000,
    checkpointEvery: 2000,
    logEvery: 20,
    validationBatches: 8,
  },
} as const satisfies Record<string, TrainingPreset>;

export type PresetName = keyof typeof PRESETS;
