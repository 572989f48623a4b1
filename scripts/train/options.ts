import { Command, InvalidArgumentError, Option } from 'commander';
import type { BackendName } from './backend/select';
import { PRESETS, type PresetName } from './presets';

export interface TrainOptions {
  readonly preset: PresetName;
  /** The user's own folder; undefined: the pinned corpus. */
  readonly data: string | undefined;
  readonly out: string;
  readonly maxSteps: number;
  readonly stopAfter: number;
  readonly backend: BackendName;
  readonly seed: number;
  readonly resume: boolean;
}

interface RawOptions {
  preset: PresetName;
  data?: string;
  out?: string;
  maxSteps?: number;
  stopAfter?: number;
  backend: BackendName;
  seed: number;
  resume: boolean;
}

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
      new Option('--preset <name>', 'size of the model').choices(Object.keys(PRESETS)).default('tiny'),
    )
    .option('--data <folder>', 'train on the files of this folder (default: the pinned corpus)')
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
    .option('--seed <n>', 'seed of all randomness', count, 1)
    .option('--resume', 'go on from the last checkpoint in the output folder', false)
    .allowExcessArguments(false)
    .parse([...argv], { from: 'user' });
  const raw = program.opts<RawOptions>();
  const maxSteps = raw.maxSteps ?? PRESETS[raw.preset].steps;
  return {
    preset: raw.preset,
    data: raw.data === undefined ? undefined : resolve(raw.data),
    out: raw.out === undefined ? defaultOut(raw.preset) : resolve(raw.out),
    maxSteps,
    stopAfter: Math.min(maxSteps, raw.stopAfter ?? maxSteps),
    backend: raw.backend,
    seed: raw.seed,
    resume: raw.resume,
  };
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}
