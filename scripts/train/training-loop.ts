import path from 'node:path';
import { listCheckpoints, readCheckpoint, saveCheckpoint, type Checkpoint } from './checkpoint';
import { learningRate } from './learning-rate';
import { MetricsLog } from './metrics';
import type { Batch } from './network';
import type { TrainingPreset } from './presets';
import { StageProgress } from './progress';
import type { BatchStream } from './samples/batch-stream';
import type { Trainer } from './trainer';

export interface LoopOptions {
  readonly preset: TrainingPreset;
  /** Length of the schedule in steps. */
  readonly maxSteps: number;
  /** Step to stop and save at; at most `maxSteps`. */
  readonly stopAfter: number;
  readonly out: string;
  /** What a checkpoint must agree with to be gone on from. */
  readonly run: Readonly<Record<string, unknown>>;
  readonly resume: boolean;
  readonly batches: (first: number) => BatchStream;
  readonly validation: readonly Batch[];
  /** Stop and save after the step at hand. */
  readonly signal: AbortSignal;
}

export interface LoopResult {
  readonly step: number;
  readonly finished: boolean;
  readonly validationLoss: number | undefined;
}

/** Trains until the schedule's end, `stopAfter`, or the signal; what is done is saved in every case. */
export async function train(trainer: Trainer, options: LoopOptions): Promise<LoopResult> {
  const { preset, out, signal } = options;
  const folder = checkpointFolder(out);
  let step = 0;
  if (options.resume) {
    const checkpoint = latestCheckpoint(folder, options.run);
    trainer.restore(checkpoint.tensors);
    step = checkpoint.step;
  }
  const metrics = new MetricsLog(out, step);
  const progress = new StageProgress('training', options.maxSteps, step);
  const stream = options.batches(step);
  const save = async (): Promise<void> => {
    const tensors = await trainer.snapshot();
    saveCheckpoint(folder, { step, run: options.run, tensors });
  };
  let saved = step;
  let validationLoss: number | undefined;
  let detail = '';
  let since = { time: performance.now(), step };
  try {
    while (step < options.stopAfter && !signal.aborted) {
      const batch = await stream.next(step);
      step++;
      const rate = learningRate(step, options.maxSteps, preset.learningRate, preset.warmup);
      const numbers = trainer.step(batch, rate);
      if (step % preset.logEvery === 0 || step === options.stopAfter) {
        // Reading waits for the device; in between, steps are queued without waiting.
        const [loss, gradientNorm] = await Promise.all([numbers.loss, numbers.gradientNorm]);
        const seconds = (performance.now() - since.time) / 1000;
        const tokensPerSecond = Math.round(((step - since.step) * batch.batch * batch.length) / seconds);
        metrics.write({
          step,
          loss,
          gradientNorm,
          learningRate: rate,
          tokens: step * batch.batch * batch.length,
          tokensPerSecond,
        });
        if (!Number.isFinite(loss)) throw diverged(step, loss);
        detail = `loss ${loss.toFixed(3)}  ${Math.round(tokensPerSecond).toLocaleString('en')} tokens/s`;
        since = { time: performance.now(), step };
      }
      progress.update(step, options.maxSteps, detail);
      if (step % preset.validateEvery === 0 || step === options.maxSteps) {
        validationLoss = await validate(trainer, options.validation);
        metrics.write({ step, validationLoss });
        since = { time: performance.now(), step };
      }
      if (step % preset.checkpointEvery === 0) {
        await save();
        saved = step;
        since = { time: performance.now(), step };
      }
    }
    if (saved !== step) await save();
  } finally {
    progress.stop();
    await stream.close();
  }
  return { step, finished: step >= options.maxSteps, validationLoss };
}

export function checkpointFolder(out: string): string {
  return path.join(out, 'training', 'checkpoints');
}

async function validate(trainer: Trainer, batches: readonly Batch[]): Promise<number> {
  let sum = 0;
  for (const batch of batches) sum += await trainer.evaluate(batch);
  return sum / batches.length;
}

function latestCheckpoint(folder: string, run: Readonly<Record<string, unknown>>): Checkpoint {
  const [latest] = listCheckpoints(folder);
  if (latest === undefined)
    throw new Error(`There is no checkpoint in ${folder} to resume from. Leave out --resume.`);
  const checkpoint = readCheckpoint(latest);
  for (const [key, value] of Object.entries(run)) {
    if (JSON.stringify(checkpoint.run[key]) !== JSON.stringify(value)) {
      throw new Error(
        `The checkpoint ${latest} belongs to another run: its ${key} is ${JSON.stringify(checkpoint.run[key])}, now it is ${JSON.stringify(value)}. Use the same options, or another --out.`,
      );
    }
  }
  return checkpoint;
}

function diverged(step: number, loss: number): Error {
  return new Error(
    `The loss became ${loss} at step ${step}; training was stopped. The last checkpoint is from before: resume from it with another --seed or a lower learning rate.`,
  );
}
