import type { BundleConfig } from '../../../src/engine/training';
import { DEFAULT_ADAMW } from '../ops/adamw/options';
import { DEFAULT_MUON } from '../ops/muon/options';
import type { TrainerOptions } from '../run/trainer';
import type { Decided } from '../run/resume';
import { MASK_RATIO_DRAWS } from '../samples/mask-ratio';
import type { TrainOptions } from './options';
import { PRESETS, type TrainingSettings } from './presets';

/** The value that the kernels and the exported graph are written for. */
const NORM_EPSILON = 1e-6;

/**
 * The preset with what the command line changes in it; a bundle given by `--init` decides architecture and window.
 *
 * @param decided when the run's phases begin, as far as that was said
 * @throws Error if the bundle's architecture is not one that can be trained, or a phase cannot begin when it is to
 */
export function settingsOf(
  options: TrainOptions,
  bundle?: Pick<BundleConfig, 'architecture' | 'window' | 'learned'>,
  { decayFrom, lastPhaseFrom, rewarmFrom }: Decided = {},
): TrainingSettings {
  const preset: TrainingSettings = PRESETS[options.preset];
  const { architecture, window } = bundle ?? {
    architecture: preset.architecture,
    window: preset.batch.window,
  };
  if (architecture.normEpsilon !== NORM_EPSILON || architecture.headWidth % 8 !== 0)
    throw new Error(
      `This trainer needs a norm epsilon of ${NORM_EPSILON} and heads of a multiple of 8; the bundle has ${architecture.normEpsilon} and ${architecture.headWidth}. Choose another bundle for --init.`,
    );
  const optimizer = options.optimizer ?? preset.optimizer;
  const { schedule } = preset;
  const peak = options.learningRate ?? (optimizer === 'muon' ? schedule.peak : preset.adamwPeak);
  const shape = options.schedule ?? schedule.shape;
  if (decayFrom !== undefined && shape !== 'wsd' && shape !== 'constant')
    throw new Error(
      `A rate of the schedule “${shape}” falls all the time: there is no decay phase that could begin. Use --schedule wsd or constant with --decay-from.`,
    );
  if (decayFrom !== undefined && decayFrom >= options.maxSteps)
    throw new Error(
      `The rate is to fall from step ${decayFrom} on, and the run ends at step ${options.maxSteps}. Give a larger --max-steps.`,
    );
  const { lastPhase } = preset.batch;
  // What a bundle has not learned is not taught in passing; what it has it would else forget.
  const teaches = bundle === undefined || bundle.learned.expand || bundle.learned.remask;
  return {
    ...preset,
    architecture,
    batch: {
      ...preset.batch,
      window,
      vocabulary: architecture.vocabulary,
      batch: options.batch ?? preset.batch.batch,
      ...(options.tDraw && { t: MASK_RATIO_DRAWS[options.tDraw] }),
      lastPhase: {
        ...lastPhase,
        share: options.lastPhase ?? (teaches ? lastPhase.share : 0),
        ...(lastPhaseFrom !== undefined && { from: lastPhaseFrom }),
      },
    },
    tier: options.tier ?? preset.tier,
    steps: options.maxSteps,
    accumulate: options.accumulate ?? preset.accumulate,
    emaDecay: options.ema ?? preset.emaDecay,
    optimizer,
    embeddingFactor:
      options.embeddingRate === undefined ? preset.embeddingFactor : options.embeddingRate / peak,
    schedule: {
      ...schedule,
      shape: decayFrom === undefined ? shape : 'wsd',
      peak,
      warmup: options.warmup ?? schedule.warmup,
      ...(decayFrom !== undefined && { decayFrom }),
      ...(rewarmFrom !== undefined && { rewarmFrom }),
    },
  };
}

/** Steps of a run that come before its last part. */
export function stepsBeforeLastPhase({ steps, batch: { lastPhase } }: TrainingSettings): number {
  return lastPhase.from ?? Math.ceil(steps * (1 - lastPhase.share));
}

/** How a trainer is set up for a run. */
export function trainerOptions(settings: TrainingSettings): TrainerOptions {
  const { optimizer, embeddingFactor, weightDecay, gradientClip: clipNorm, emaDecay } = settings;
  const adamw = { ...DEFAULT_ADAMW, weightDecay, clipNorm };
  if (optimizer === 'adamw') return { optimizer: { adamw }, emaDecay };
  // Beside Muon a longer memory of squares measured better (0.95: 2.157 bits per byte after 800 steps, 0.99: 2.142).
  const muon = { ...DEFAULT_MUON, weightDecay, embeddingFactor };
  return { optimizer: { adamw: { ...adamw, beta2: 0.99 }, muon }, emaDecay };
}
