import fs from 'node:fs';
import path from 'node:path';
import { EngineError } from '../../../src/engine/index';
import { type BundleConfig, loadRuntime, type Parameters, weightsSha256 } from '../../../src/engine/training';
import { isEvaluated } from '../report/card-evaluation';
import { drawLineTasks, evaluateLines, type Evaluated, type LineFigures } from '../report/evaluation';
import { modelCard } from '../report/model-card';
import type { Network } from '../network/network';
import type { TrainOptions } from '../settings/options';
import type { Prepared } from '../run/prepare';
import type { TrainingSettings } from '../settings/presets';
import { StageProgress } from '../report/progress';
import { stepsBeforeLastPhase } from '../settings/settings';
import type { LoopResult } from '../run/training-loop';
import { exportBundle } from './export-bundle';

export interface Finished {
  readonly options: TrainOptions;
  readonly settings: TrainingSettings;
  readonly prepared: Prepared;
  /** Fingerprints of all that it was trained on, in order. */
  readonly corpora: readonly string[];
  readonly network: Network;
  /** The tensors that are exported, by name: the averaged weights where an average is kept. */
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly result: LoopResult;
  /** Backend and adapter, for the card. */
  readonly device: string;
  readonly rowsPerStep: number;
  /** The bundle that training started from. */
  readonly init: { readonly config: BundleConfig; readonly parameters: Parameters } | undefined;
}

const EVALUATED_LINES = 64;
const EVALUATION_SEED = 7;

/** Writes the bundle, fills held-out lines with it, and writes the bundle again with the figures in its card. */
export async function finish(run: Finished): Promise<Evaluated> {
  sayWhatIsReplaced(run.options.out);
  await writeBundle(run, { before: undefined, after: undefined });
  const { init, out } = run.options;
  const evaluated: Evaluated = {
    before: init === undefined ? undefined : await evaluate(run, init, 'before'),
    after: await evaluate(run, out, 'evaluation'),
  };
  if (evaluated.after) await writeBundle(run, evaluated);
  return evaluated;
}

/** The evaluation in the present card is of the present weights: it goes with them, but not in silence. */
function sayWhatIsReplaced(out: string): void {
  const card = path.join(out, 'README.md');
  if (!fs.existsSync(card) || !isEvaluated(fs.readFileSync(card, 'utf8'))) return;
  process.stderr.write(
    `The evaluation in ${card} is of the bundle that is replaced now, and goes with it. ` +
      `Evaluate the new one: npm run evaluate -- --card ${card}\n`,
  );
}

async function writeBundle(run: Finished, lines: Evaluated): Promise<void> {
  const { options, settings, prepared, network, values, result, init } = run;
  // Gone on with on the pinned corpus a model is still the same; on a user's files it becomes another.
  const from = init?.config.name ?? `llada-${settings.name}`;
  const name = init && options.data !== undefined ? `${from}-finetuned` : from;
  const tokens = result.step * run.rowsPerStep;
  const corpus =
    options.data === undefined
      ? `the pinned packages of the corpus manifest up to tier ${settings.tier} (${megabytes(prepared)} MB of text)`
      : `the files of one folder (${megabytes(prepared)} MB of text)`;
  const facts = {
    steps: result.step,
    tokens,
    seed: options.seed,
    corpus: run.corpora.join(', '),
    device: run.device,
    ...(result.validation && {
      validationLoss: result.validation.validationLoss,
      bitsPerByte: result.validation.bitsPerByte,
    }),
    ...(init && { init: init.config.name, initWeights: weightsSha256(init.config) }),
  };
  await exportBundle({
    parameters: network.parametersOf(values),
    architecture: settings.architecture,
    window: settings.batch.window,
    tokenizerFolder: path.join(options.out, 'training', 'tokenizer'),
    name,
    training: facts,
    learned: learned(run),
    card: modelCard({
      name,
      parameters: [...values.values()].reduce((sum, data) => sum + data.length, 0),
      architecture: settings.architecture,
      window: settings.batch.window,
      t: settings.batch.t,
      steps: result.step,
      scheduledSteps: options.maxSteps,
      tokens,
      device: run.device,
      command: command(options),
      corpus,
      validation: result.validation,
      before: result.before,
      init: init?.config.name,
      learned: learned(run),
      lines,
    }),
    out: options.out,
  });
}

/** Joins the abilities that this run has trained, and those that the bundle it started from had learned. */
function learned({ settings, result, init }: Finished): BundleConfig['learned'] {
  const then = init?.config.learned;
  const { resize, doubt } = settings.batch.lastPhase;
  const late = result.step > stepsBeforeLastPhase(settings);
  return {
    expand: then?.expand === true || (late && resize.merged > 0 && resize.padded > 0),
    remask: then?.remask === true || (late && doubt.corrupted > 0),
    guidance: then?.guidance === true || settings.batch.dropContext > 0,
  };
}

async function evaluate(
  { prepared }: Finished,
  bundle: string,
  stage: string,
): Promise<LineFigures | undefined> {
  const tasks = drawLineTasks(prepared.valid, EVALUATED_LINES, EVALUATION_SEED);
  if (tasks.length === 0) return undefined;
  const progress = new StageProgress(stage, tasks.length);
  try {
    const { runtime } = await loadRuntime(bundle, { provider: 'cpu' });
    const figures = await evaluateLines(runtime, tasks, (done) => progress.update(done, tasks.length, ''));
    await runtime.predictor.dispose();
    return figures;
  } catch (error) {
    // A machine that only trains need not be able to fill: the bundle is there, its figures can be had elsewhere.
    if (!(error instanceof EngineError && error.code === 'provider-unavailable')) throw error;
    process.stderr.write(`\nNo held-out line was filled. ${error.message}\n`);
    return undefined;
  } finally {
    progress.stop();
  }
}

function megabytes({ train }: Prepared): string {
  return (train.bytes.length / 1e6).toFixed(0);
}

/** The command that made the bundle; the user's own paths stay out of the card. */
function command(options: TrainOptions): string {
  const { preset, data, init, maxSteps, seed } = options;
  const given = {
    ...options.growth,
    tier: options.tier,
    batch: options.batch,
    accumulate: options.accumulate,
    schedule: options.schedule,
    optimizer: options.optimizer,
    'learning-rate': options.learningRate,
    'embedding-rate': options.embeddingRate,
    warmup: options.warmup,
    ema: options.ema,
    'last-phase': options.lastPhase,
    'last-phase-from': options.lastPhaseFrom,
    'decay-from': options.decayFrom,
    't-draw': options.tDraw,
  };
  const words = [
    `--preset ${preset}`,
    ...(init === undefined ? [] : ['--init BUNDLE']),
    ...(data === undefined ? [] : ['--data FOLDER']),
    `--max-steps ${maxSteps}`,
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`])),
    ...(options.gpus === 1 ? [] : [`--gpus ${options.gpus}`]),
    `--seed ${seed}`,
  ];
  return `npm run train-model -- ${words.join(' ')}`;
}
