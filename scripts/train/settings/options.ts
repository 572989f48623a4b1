import { Command, InvalidArgumentError, Option } from 'commander';
import type { BackendName } from '../backend/select';
import { TIERS, type Tier } from '../corpus/manifest';
import type { CorpusPart } from '../corpus/shards';
import { OPTIMIZERS, type OptimizerName } from '../run/optimizer';
import type { Growth } from '../network/grow';
import { MASK_RATIO_DRAWS } from '../samples/mask-ratio';
import { SCHEDULE_SHAPES, type Schedule } from './learning-rate';
import { PRESETS, type PresetName } from './presets';

/** A step of the run, or the one at which it is gone on with. */
export type StepOrNow = number | 'now';

export interface TrainOptions {
  readonly preset: PresetName;
  /** The user's own folder; undefined: the pinned corpus. */
  readonly data: string | undefined;
  /** Tier of the pinned corpus; undefined: the preset's. */
  readonly tier: Tier | undefined;
  /** Part of the corpus that is trained on; undefined: all of it. */
  readonly corpusPart: CorpusPart | undefined;
  /** Bundle whose weights and tokenizer training starts from. */
  readonly init: string | undefined;
  /** The shape that the bundle's network is to grow to. */
  readonly growth: Growth;
  readonly out: string;
  readonly maxSteps: number;
  readonly stopAfter: number;
  readonly backend: BackendName;
  /** Processes that train together, each on a GPU of its own. */
  readonly gpus: number | 'auto';
  /** These change the preset's where given. */
  readonly batch: number | undefined;
  readonly accumulate: number | undefined;
  readonly schedule: Schedule['shape'] | undefined;
  readonly optimizer: OptimizerName | undefined;
  readonly learningRate: number | undefined;
  readonly embeddingRate: number | undefined;
  readonly warmup: number | undefined;
  readonly ema: number | undefined;
  readonly lastPhase: number | undefined;
  readonly tDraw: keyof typeof MASK_RATIO_DRAWS | undefined;
  /** Steps after which the rate falls, and length and doubt are taught, whatever their shares say. */
  readonly decayFrom: StepOrNow | undefined;
  readonly lastPhaseFrom: StepOrNow | undefined;
  readonly seed: number;
  readonly resume: boolean;
  /** Compact checkpoint that the run goes on from, unless the output folder has one of a later step. */
  readonly resumeFrom: string | undefined;
  /** Where a compact checkpoint is written when the run stops. */
  readonly compactCheckpoint: string | undefined;
  readonly compactMoments: boolean;
}

type Required = 'backend' | 'seed' | 'gpus' | 'compactMoments';

type RawOptions = Partial<Omit<TrainOptions, Required | 'resume' | 'resumeFrom' | 'growth' | 'tier'>> & {
  readonly tier?: string;
  readonly resume?: true | string;
} & Growth &
  Pick<TrainOptions, Required>;

/**
 * Reads the command line; commander prints what is wrong with it and ends the process.
 *
 * @param resolve makes a path the user typed absolute
 * @param defaultOut output folder of a preset when none is given
 */
export function parseOptions(
  argv: readonly string[],
  resolve: (path: string) => string,
  defaultOut: (preset: PresetName) => string,
): TrainOptions {
  const program = new Command('train-model')
    .description('Trains a masked-diffusion model: corpus, tokenizer, training, evaluation, model bundle.')
    .addOption(
      new Option('--preset <name>', 'size of the model (default: tiny, with --init finetune)').choices(
        Object.keys(PRESETS),
      ),
    )
    .option('--init <bundle>', 'start from the weights and the tokenizer of this model bundle')
    .option('--layers <n>', 'with --init: grow its network to so many layers', count)
    .option('--width <n>', 'with --init: grow its network to this width, a multiple of 64', count)
    .option('--data <folder>', 'train on the files of this folder (default: the pinned corpus)')
    .addOption(
      new Option('--tier <megabytes>', 'size of the pinned corpus (default: the preset’s)')
        .choices(TIERS.map(String))
        .conflicts('data'),
    )
    .option(
      '--corpus-part <k/n>',
      'train on the k-th of n parts of the corpus, e.g. 1/4; held-out texts stay whole (default: all of it)',
      corpusPart,
    )
    .option(
      '--out <folder>',
      'where the bundle, metrics.jsonl and the checkpoints go (default: models/llada-<preset>)',
    )
    .option('--max-steps <n>', 'length of the schedule in steps (default: the preset’s)', count)
    .option('--stop-after <n>', 'stop and save at this step', count)
    .addOption(
      new Option('--backend <name>', 'what to compute on')
        .choices(['auto', 'tensorflow', 'webgpu', 'cpu'])
        .default('auto'),
    )
    .option('--batch <n>', 'samples per batch (default: the preset’s)', count)
    .option('--accumulate <n>', 'batches averaged per step and process (default: the preset’s)', count)
    .addOption(
      new Option('--schedule <shape>', 'how the learning rate falls (default: the preset’s)').choices(
        SCHEDULE_SHAPES,
      ),
    )
    .addOption(
      new Option('--optimizer <name>', 'what updates the layers’ matrices (default: the preset’s)').choices(
        OPTIMIZERS,
      ),
    )
    .option(
      '--learning-rate <rate>',
      'its peak; with Muon that of the layers’ matrices (default: the preset’s)',
      positive,
    )
    .option(
      '--embedding-rate <rate>',
      'with Muon the peak of the embedding and the gains (default: in proportion to the matrices’)',
      positive,
    )
    .option('--warmup <n>', 'steps until the peak (default: the preset’s)', count)
    .option(
      '--last-phase <share>',
      'share of the steps, at the end, that also teach changing a hole’s length and doubting visible tokens',
      share,
    )
    .option(
      '--last-phase-from <step|now>',
      'teach these from after this step on, or from where the run is resumed',
      stepOrNow,
    )
    .option(
      '--decay-from <step|now>',
      'let the rate fall from after this step on, or from where the run is resumed, to the last step',
      stepOrNow,
    )
    .addOption(
      new Option('--t-draw <name>', 'how mask ratios are drawn (default: the preset’s)').choices(
        Object.keys(MASK_RATIO_DRAWS),
      ),
    )
    .option('--ema <decay>', 'train an average of the weights with this decay, e.g. 0.999; 0: none', decay)
    .option('--gpus <n|auto>', 'processes that train together, one per GPU', gpus, 1)
    .option('--seed <n>', 'seed of all randomness', count, 1)
    .option(
      '--resume [folder]',
      'go on from the last checkpoint in the output folder, or from the compact one in this folder',
    )
    .option('--compact-checkpoint <folder>', 'when the run stops, also write a checkpoint in 16 bits here')
    .option('--compact-moments', 'with the optimiser’s moments in it', false)
    .allowExcessArguments(false)
    .parse([...argv], { from: 'user' });
  const raw = program.opts<RawOptions>();
  const preset = raw.preset ?? (raw.init === undefined ? 'tiny' : 'finetune');
  if (preset === 'finetune' && raw.init === undefined)
    program.error('error: --preset finetune needs --init. Name the bundle to start from.');
  if (raw.embeddingRate !== undefined && (raw.optimizer ?? PRESETS[preset].optimizer) !== 'muon')
    program.error(
      'error: AdamW has one rate for all. Leave out --embedding-rate, or choose --optimizer muon.',
    );
  if (raw.init === undefined && (raw.layers ?? raw.width) !== undefined)
    program.error('error: --layers and --width grow a bundle. Name it with --init.');
  const maxSteps = raw.maxSteps ?? PRESETS[preset].steps;
  const absolute = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : resolve(given);
  return {
    preset,
    data: absolute(raw.data),
    tier: raw.tier === undefined ? undefined : (Number(raw.tier) as Tier),
    corpusPart: raw.corpusPart,
    init: absolute(raw.init),
    growth: { layers: raw.layers, width: raw.width },
    out: absolute(raw.out) ?? defaultOut(preset),
    maxSteps,
    stopAfter: Math.min(maxSteps, raw.stopAfter ?? maxSteps),
    backend: raw.backend,
    gpus: raw.gpus,
    batch: raw.batch,
    accumulate: raw.accumulate,
    schedule: raw.schedule,
    optimizer: raw.optimizer,
    learningRate: raw.learningRate,
    embeddingRate: raw.embeddingRate,
    warmup: raw.warmup,
    ema: raw.ema,
    lastPhase: raw.lastPhase,
    tDraw: raw.tDraw,
    decayFrom: raw.decayFrom,
    lastPhaseFrom: raw.lastPhaseFrom,
    seed: raw.seed,
    resume: raw.resume !== undefined,
    resumeFrom: typeof raw.resume === 'string' ? resolve(raw.resume) : undefined,
    compactCheckpoint: absolute(raw.compactCheckpoint),
    compactMoments: raw.compactMoments,
  };
}

/** Reads an option that counts something. @throws InvalidArgumentError for commander */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

function corpusPart(text: string): CorpusPart {
  const [, part, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (part === undefined || of === undefined || part < 1 || part > of)
    throw new InvalidArgumentError('It must be a part of a number of parts, such as 1/4.');
  return { part, of };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

function stepOrNow(text: string): StepOrNow {
  const value = text === 'now' ? text : Number(text);
  if (value !== 'now' && (text.trim() === '' || !Number.isSafeInteger(value) || value < 0))
    throw new InvalidArgumentError('It must be a step, 0 or more, or the word now.');
  return value;
}

function gpus(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : count(text);
}

function decay(text: string): number {
  const value = share(text);
  if (value === 1) throw new InvalidArgumentError('It must be below 1.');
  return value;
}
