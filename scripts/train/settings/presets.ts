import type { Architecture, Window } from '../../../src/engine/training';
import type { Tier } from '../corpus/manifest';
import type { OptimizerName } from '../run/optimizer';
import type { BatchConfig } from '../samples/batch';
import { MASK_RATIO_DRAWS } from '../samples/mask-ratio';
import type { Schedule } from './learning-rate';

/** Everything a training run is configured by. */
export interface TrainingSettings {
  readonly name: string;
  readonly architecture: Architecture;
  readonly batch: BatchConfig;
  /** Tier of the pinned corpus used when no folder is given. */
  readonly tier: Tier;
  readonly steps: number;
  readonly optimizer: OptimizerName;
  /** With Muon its rate is that of the layers' matrices. */
  readonly schedule: Schedule;
  /** With Muon the rate of the embedding and the gains, as a multiple of the matrices'. */
  readonly embeddingFactor: number;
  /** Peak of the rate with AdamW instead of Muon. */
  readonly adamwPeak: number;
  /** Batches that each process averages over per step. */
  readonly accumulate: number;
  readonly weightDecay: number;
  readonly gradientClip: number;
  /** Decay per step of the averaged weights that are evaluated and exported; 0: the weights themselves are. */
  readonly emaDecay: number;
  /** Steps in a row whose gradients are not finite, at which the run stops; fewer are skipped. */
  readonly mostSkipped: number;
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
  tPower: 1,
  languageWeights: {},
  longestHole: 127,
  smallestRun: 0.5,
  dropHeader: 0.1,
  dropContext: 0.1,
  shortContext: 0.2,
  t: MASK_RATIO_DRAWS['logit-normal'],
  lastPhase: {
    share: 0.2,
    resize: {
      merged: 0.35,
      padded: 0.35,
      mergeProbability: [0.3, 1],
      mergeRounds: 4,
      mostPadding: 63,
      // Or the masks that are to go would drown the others.
      paddingPower: 0,
    },
    doubt: { corrupted: 0.1, clean: 0.1 },
  },
} as const;

const SCHEDULE = { shape: 'cosine', still: 0, decay: 0.2, floor: 0.1 } as const;
const COMMON = {
  optimizer: 'muon',
  accumulate: 1,
  weightDecay: 0.1,
  gradientClip: 1,
  emaDecay: 0,
  mostSkipped: 5,
} as const;

// What is wanted most is drawn twice as often as the rest.
const RARER =
  'c cpp java rust go ruby plaintext markdown restructuredtext html sql kotlin objective-cpp perl';
const BASE_SAMPLES = {
  ...SAMPLES,
  languageWeights: Object.fromEntries(RARER.split(' ').map((language) => [language, 0.5])),
};

const BASE_WINDOW: Window = { rows: 512, positions: 1024, reserved: [32, 128, 512] };
const TINY_WINDOW: Window = { rows: 128, positions: 1024, reserved: [32, 128, 512] };

const BASE_ARCHITECTURE: Architecture = {
  layers: 8,
  width: 512,
  heads: 8,
  headWidth: 64,
  swiglu: 1408,
  vocabulary: 12288,
  ropeBase: 10000,
  normEpsilon: 1e-6,
};

export const PRESETS = {
  tiny: {
    ...COMMON,
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
    batch: { ...SAMPLES, vocabulary: 2048, window: TINY_WINDOW, batch: 8, predictedShare: 0.28 },
    tier: 20,
    steps: 1000,
    schedule: { ...SCHEDULE, peak: 5e-3, warmup: 50 },
    embeddingFactor: 2,
    adamwPeak: 3e-3,
    validateEvery: 250,
    checkpointEvery: 250,
    logEvery: 10,
    validationBatches: 4,
  },
  base: {
    ...COMMON,
    name: 'base',
    architecture: BASE_ARCHITECTURE,
    batch: { ...BASE_SAMPLES, vocabulary: 12288, window: BASE_WINDOW, batch: 64, predictedShare: 0.28 },
    tier: 600,
    steps: 14_000,
    schedule: { ...SCHEDULE, shape: 'wsd', peak: 2.4e-3, warmup: 300, floor: 0 },
    embeddingFactor: 5e-3 / 2.4e-3,
    adamwPeak: 1.2e-3,
    validateEvery: 1000,
    checkpointEvery: 2000,
    logEvery: 20,
    validationBatches: 8,
  },
  /** With `--init`: architecture and window are the bundle's. */
  finetune: {
    ...COMMON,
    name: 'finetune',
    architecture: BASE_ARCHITECTURE,
    batch: { ...SAMPLES, vocabulary: 12288, window: BASE_WINDOW, batch: 4, predictedShare: 0.28 },
    tier: 20,
    steps: 200,
    schedule: { ...SCHEDULE, shape: 'linear', floor: 0, peak: 4e-4, warmup: 20, still: 5 },
    embeddingFactor: 2,
    adamwPeak: 2e-4,
    emaDecay: 0,
    validateEvery: 50,
    checkpointEvery: 50,
    logEvery: 5,
    validationBatches: 4,
  },
} as const satisfies Record<string, TrainingSettings>;

export type PresetName = keyof typeof PRESETS;
