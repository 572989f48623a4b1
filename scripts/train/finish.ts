import path from 'node:path';
import { loadRuntime } from '../../src/engine/load';
import { drawLineTasks, evaluateLines, type LineFigures } from './evaluation';
import { exportBundle } from './export/export-bundle';
import { modelCard } from './model-card';
import type { Network } from './network';
import type { TrainOptions } from './options';
import type { Prepared } from './prepare';
import type { TrainingPreset } from './presets';
import { StageProgress } from './progress';
import type { LoopResult } from './training-loop';

export interface Finished {
  readonly options: TrainOptions;
  readonly preset: TrainingPreset;
  readonly prepared: Prepared;
  readonly network: Network;
  readonly result: LoopResult;
  /** Backend and adapter, for the card. */
  readonly device: string;
}

const EVALUATED_LINES = 64;
const EVALUATION_SEED = 7;

/** Writes the bundle, fills held-out lines with it, and writes the bundle again with the figures in its card. */
export async function finish(run: Finished): Promise<LineFigures | undefined> {
  await writeBundle(run, undefined);
  const figures = await evaluate(run);
  if (figures) await writeBundle(run, figures);
  return figures;
}

async function writeBundle(run: Finished, lines: LineFigures | undefined): Promise<void> {
  const { options, preset, prepared, network, result } = run;
  const name = `llada-${preset.name}`;
  const values = await network.values();
  const tokens = result.step * preset.batch.batch * preset.batch.window.rows;
  const corpus =
    options.data === undefined
      ? `the pinned packages of the corpus manifest up to tier ${preset.tier} (${megabytes(prepared)} MB of text)`
      : `the files of one folder (${megabytes(prepared)} MB of text)`;
  const facts = {
    steps: result.step,
    tokens,
    seed: options.seed,
    corpus: prepared.fingerprint,
    device: run.device,
    ...(result.validationLoss === undefined ? {} : { validationLoss: result.validationLoss }),
  };
  const parameters = new Map(
    [...network.parameters].map(([key, { shape }]) => [key, { shape, data: values.get(key)! }]),
  );
  await exportBundle({
    parameters,
    architecture: preset.architecture,
    window: preset.batch.window,
    tokenizerFolder: path.join(options.out, 'training', 'tokenizer'),
    name,
    training: facts,
    learned: { expand: false, remask: false, guidance: preset.batch.dropContext > 0 },
    card: modelCard({
      name,
      parameters: [...values.values()].reduce((sum, data) => sum + data.length, 0),
      architecture: preset.architecture,
      window: preset.batch.window,
      steps: result.step,
      scheduledSteps: options.maxSteps,
      tokens,
      device: run.device,
      command: command(options),
      corpus,
      validationLoss: result.validationLoss,
      lines,
    }),
    out: options.out,
  });
}

async function evaluate({ options, prepared }: Finished): Promise<LineFigures | undefined> {
  const tasks = drawLineTasks(prepared.valid, EVALUATED_LINES, EVALUATION_SEED);
  if (tasks.length === 0) return undefined;
  const progress = new StageProgress('evaluation', tasks.length);
  try {
    const { runtime } = await loadRuntime(options.out, { provider: 'cpu' });
    const figures = await evaluateLines(runtime, tasks, (done) => progress.update(done, tasks.length, ''));
    await runtime.predictor.dispose();
    return figures;
  } finally {
    progress.stop();
  }
}

function megabytes({ train }: Prepared): string {
  return (train.bytes.length / 1e6).toFixed(0);
}

/** The command that made the bundle; the user's own paths stay out of the card. */
function command({ preset, data, maxSteps, seed }: TrainOptions): string {
  const folder = data === undefined ? '' : ' --data FOLDER';
  return `npm run train-model -- --preset ${preset}${folder} --max-steps ${maxSteps} --seed ${seed}`;
}
