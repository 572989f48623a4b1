/** A run of the real training loop on a small network, fed with synthetic batches. */
import fs from 'node:fs';
import path from 'node:path';
import { syntheticBatch } from '../../../scripts/train/bench/synthetic';
import { Network, type Batch } from '../../../scripts/train/network/network';
import { PRESETS, type TrainingSettings } from '../../../scripts/train/settings/presets';
import { RunLog } from '../../../scripts/train/report/run-log';
import { batchNumber } from '../../../scripts/train/samples/batch';
import type { Member } from '../../../scripts/train/together/team';
import { trainerOptions } from '../../../scripts/train/settings/settings';
import { Trainer } from '../../../scripts/train/run/trainer';
import { train, type LoopOptions, type LoopResult } from '../../../scripts/train/run/training-loop';
import type { Architecture } from '../../../src/engine/model/graph/architecture';

export const SMALL: Architecture = {
  layers: 2,
  width: 32,
  heads: 2,
  headWidth: 16,
  swiglu: 48,
  vocabulary: 64,
  ropeBase: 10000,
  normEpsilon: 1e-6,
};

const SHAPE = { batch: 2, length: 32, vocabulary: SMALL.vocabulary, holeShare: 0.5, predictedShare: 0.25 };

export interface SmallRun extends Partial<TrainingSettings> {
  readonly out: string;
  readonly maxSteps: number;
  readonly stopAfter?: number;
  readonly resume?: boolean;
  readonly compact?: string;
  readonly notes?: Readonly<Record<string, unknown>>;
  readonly member?: Member;
  /** Changes the batches before they are used. */
  readonly change?: (batch: Batch, number: number) => Batch;
}

export function loopOptions(run: SmallRun): LoopOptions {
  const settings: TrainingSettings = {
    ...PRESETS.tiny,
    ...run,
    schedule: { ...PRESETS.tiny.schedule, warmup: 2 },
    logEvery: 1,
    validateEvery: 1000,
  };
  const { rank, size } = run.member ?? { rank: 0, size: 1 };
  const change = run.change ?? ((batch) => batch);
  return {
    settings: settings,
    maxSteps: run.maxSteps,
    stopAfter: run.stopAfter ?? run.maxSteps,
    out: run.out,
    run: { preset: 'small' },
    ...(run.notes && { notes: run.notes }),
    resume: run.resume === true,
    compact: run.compact,
    member: run.member,
    batches: () => ({
      next: (index) => {
        const number = batchNumber({ each: settings.accumulate, rank, size }, index);
        return Promise.resolve(change(syntheticBatch(SHAPE, number + 1), number));
      },
      close: () => Promise.resolve(),
    }),
  };
}

/** Uses a new trainer, always of the same first weights, and disposes of it. */
export async function withTrainer<T>(
  run: Pick<SmallRun, 'emaDecay' | 'optimizer'>,
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const network = new Network(SMALL, 3);
  const trainer = new Trainer(network, trainerOptions({ ...PRESETS.tiny, ...run }));
  try {
    return await use(trainer);
  } finally {
    trainer.dispose();
    network.dispose();
  }
}

export interface SmallResult extends LoopResult {
  readonly snapshot: ReadonlyMap<string, Float32Array>;
}

/** Trains; everything that the next step would depend on is in the result. */
export function runSmall(run: SmallRun): Promise<SmallResult> {
  return withTrainer(run, async (trainer) => {
    const options = loopOptions(run);
    const result = await train(trainer, {
      ...options,
      signal: new AbortController().signal,
      log: (step) =>
        new RunLog({ out: run.out, maxSteps: run.maxSteps, logEvery: 1, rowsPerStep: 64, bar: false }, step),
      validate: () => Promise.resolve(undefined),
    });
    return { ...result, snapshot: await trainer.snapshot() };
  });
}

/** Losses by step, as metrics.jsonl has them. */
export function losses(out: string): number[] {
  return metrics(out).flatMap(({ loss }) => (loss === undefined ? [] : [Number(loss)]));
}

export function metrics(out: string): Record<string, number | string | undefined>[] {
  const text = fs.readFileSync(path.join(out, 'metrics.jsonl'), 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as Record<string, number | string>);
}
