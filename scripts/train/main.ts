/** npm run train-model: corpus → tokenizer → training → evaluation → model bundle. */
import fs from 'node:fs';
import path from 'node:path';
import { selectBackend } from './backend/select';
import { listCheckpoints } from './checkpoint';
import { finish } from './finish';
import { Network } from './network';
import { defaultAdamW } from './ops/adamw';
import { parseOptions, type TrainOptions } from './options';
import { prepare, type Prepared } from './prepare';
import { PRESETS, type TrainingPreset } from './presets';
import { buildBatch } from './samples/batch';
import { BatchStream } from './samples/batch-stream';
import { FastBpe } from '../../src/engine/text/bpe';
import { Trainer } from './trainer';
import { checkpointFolder, train } from './training-loop';

const ROOT = path.resolve(__dirname, '..');
// Held-out batches and the model's first weights come from seeds of their own, so that they never change with the run's.
const VALIDATION_SEED = 1_000_003;

async function main(): Promise<void> {
  const standsAt = process.env['INIT_CWD'] ?? process.cwd();
  const options = parseOptions(
    process.argv.slice(2),
    (given) => path.resolve(standsAt, given),
    (preset) => path.join(ROOT, 'models', `llada-${preset}`),
  );
  refuseToOverwrite(options);
  fs.mkdirSync(options.out, { recursive: true });
  const signal = interruptible();
  const preset: TrainingPreset = PRESETS[options.preset];

  const prepared = await prepare(options, path.join(ROOT, '.cache'), signal);
  const backend = await selectBackend(options.backend);
  say(`Training “${preset.name}” on ${backend.name}: ${backend.description}.`);
  try {
    const network = new Network(preset.architecture, options.seed);
    const trainer = new Trainer(network, {
      adamw: { ...defaultAdamW, weightDecay: preset.weightDecay, clipNorm: preset.gradientClip },
    });
    const result = await train(trainer, {
      preset,
      maxSteps: options.maxSteps,
      stopAfter: options.stopAfter,
      out: options.out,
      run: {
        preset: preset.name,
        seed: options.seed,
        maxSteps: options.maxSteps,
        corpus: prepared.fingerprint,
      },
      resume: options.resume,
      batches: (first) =>
        new BatchStream(
          { corpus: prepared.train, tokenizer: prepared.tokenizer, config: preset.batch, seed: options.seed },
          first,
        ),
      validation: validationBatches(prepared, preset),
      signal,
    });
    if (signal.aborted) {
      say(
        `Stopped at step ${result.step} of ${options.maxSteps} and saved. Go on with the same command and --resume.`,
      );
      process.exitCode = 130;
      return;
    }
    if (!result.finished) {
      say(`Saved at step ${result.step} of ${options.maxSteps}. Go on with the same command and --resume.`);
      return;
    }
    const device = `${backend.name}: ${backend.description}`;
    const figures = await finish({ options, preset, prepared, network, result, device });
    say(`The bundle is in ${options.out}.`);
    if (figures) {
      const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
      say(
        `Held-out lines filled exactly: ${percent(figures.exactMatch)} at the true length, ${percent(figures.exactMatchUnknownLength)} at unknown length (${figures.tasks} lines).`,
      );
    }
  } finally {
    backend.dispose();
  }
}

/** A run that is there already is gone on with or left alone, never overwritten. */
function refuseToOverwrite({ out, resume }: TrainOptions): void {
  const [latest] = listCheckpoints(checkpointFolder(out));
  if (latest !== undefined && !resume) {
    throw new Error(
      `${out} holds a training run already (${path.basename(latest)}). Add --resume to go on with it, or choose another --out.`,
    );
  }
}

/** npm hands a Ctrl-C on that the terminal has sent already: two within this time are one. */
const SAME_INTERRUPT_MS = 1000;

/** The first Ctrl-C saves and stops, a second one stops at once. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - first > SAME_INTERRUPT_MS) process.exit(130);
      return;
    }
    first = performance.now();
    controller.abort(new Error('Interrupted.'));
    say('\nStopping: the step at hand is finished and saved. Press Ctrl-C again to stop at once.');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

function validationBatches({ valid, tokenizer }: Prepared, preset: TrainingPreset) {
  const bpe = new FastBpe(tokenizer);
  return Array.from({ length: preset.validationBatches }, (_, index) =>
    buildBatch(valid, (text) => bpe.encode(text), preset.batch, VALIDATION_SEED, index),
  );
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
