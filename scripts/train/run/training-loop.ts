import path from 'node:path';
import { learningRate } from '../settings/learning-rate';
import type { Batch } from '../network/network';
import type { TrainingSettings } from '../settings/presets';
import type { RunLog } from '../report/run-log';
import type { BatchStream } from '../samples/batch-stream';
import type { Averaging, AveragingTimes } from '../together/averaging';
import { averagingBy } from '../together/averaging-by';
import type { Member } from '../together/team';
import { saveCheckpoint } from './checkpoint';
import { latestCheckpoint, type RunIdentity } from './resume';
import type { StepNumbers, StepResult, Trainer } from './trainer';
import type { Validation } from './validation';

export interface LoopOptions {
  readonly settings: TrainingSettings;
  /** Length of the schedule in steps. */
  readonly maxSteps: number;
  /** Step to stop and save at; at most `maxSteps`. */
  readonly stopAfter: number;
  readonly out: string;
  readonly run: RunIdentity;
  /** The rest of a checkpoint's description of the run; it may change. */
  readonly notes?: Readonly<Record<string, unknown>>;
  readonly resume: boolean;
  /** Compact checkpoint that may be gone on from. */
  readonly compact?: string | undefined;
  /** Batches from number `first` on, for this process: of each step's, its own. */
  readonly batches: (first: number) => Pick<BatchStream, 'next' | 'close'>;
  /** This process's place among several that train together. */
  readonly member?: Member | undefined;
}

export interface LeaderOptions extends LoopOptions {
  readonly log: (step: number) => RunLog;
  /** Loss of held-out samples and what else is to be known of the network; called at every validation. */
  readonly validate: () => Promise<Validation | undefined>;
  /** Stop and save after the step at hand. */
  readonly signal: AbortSignal;
}

export interface LoopResult {
  readonly step: number;
  readonly finished: boolean;
  readonly skipped: number;
  /** Before the first step; undefined in a run that was gone on with. */
  readonly before: Validation | undefined;
  readonly validation: Validation | undefined;
}

/** Steps whose numbers are not yet read: the device is kept busy and the queue short. */
const STEPS_IN_FLIGHT = 2;

export function checkpointFolder(out: string): string {
  return path.join(out, 'training', 'checkpoints');
}

/** Trains until the schedule's end, `stopAfter`, or the signal; what is done is saved in every case. */
export async function train(trainer: Trainer, options: LeaderOptions): Promise<LoopResult> {
  const { settings, out, signal, maxSteps, run, notes } = options;
  let step = start(trainer, options);
  const log = options.log(step);
  const steps = new Steps(trainer, options, step);
  const skips = new Skips(settings.mostSkipped);
  const inFlight: {
    step: number;
    rate: number;
    averaging: AveragingTimes | undefined;
    numbers: Promise<StepNumbers>;
  }[] = [];
  const settle = async (most: number): Promise<void> => {
    while (inFlight.length > most) {
      const { numbers, ...of } = inFlight.shift()!;
      const read = await numbers;
      log.step({ ...of, ...read, skipped: skips.count(of.step, read) });
    }
  };
  const save = async (): Promise<void> => {
    saveCheckpoint(checkpointFolder(out), {
      step,
      run: { ...notes, ...run },
      tensors: await trainer.snapshot(),
    });
    saved = step;
  };
  let saved = step;
  let before: Validation | undefined;
  let validation: Validation | undefined;
  try {
    if (step === 0) {
      before = await log.pausing(options.validate);
      log.validation(0, before);
    }
    while (step < options.stopAfter && !signal.aborted) {
      const rate = learningRate(step + 1, maxSteps, settings.schedule);
      const result = await steps.next(rate);
      step++;
      inFlight.push({ step, rate, averaging: steps.averagingTimes, numbers: result.numbers });
      await settle(step % settings.logEvery === 0 || step === options.stopAfter ? 0 : STEPS_IN_FLIGHT);
      if (step % settings.validateEvery === 0 || step === maxSteps) {
        await settle(0);
        validation = await log.pausing(options.validate);
        log.validation(step, validation);
      }
      if (step % settings.checkpointEvery === 0) await log.pausing(save);
    }
    await settle(0);
  } finally {
    try {
      // Also after an error: a skipped step changes no weights, and a lost process none of this one's.
      if (saved !== step) await save();
    } finally {
      log.close();
      await steps.close();
    }
  }
  return { step, finished: step >= maxSteps, skipped: skips.all, before, validation };
}

/** Does the share of a process that does not lead: the same steps, of which it keeps nothing. */
export async function follow(trainer: Trainer, options: LoopOptions): Promise<void> {
  let step = start(trainer, options);
  const steps = new Steps(trainer, options, step);
  try {
    for (; step < options.stopAfter; step++)
      await steps.next(learningRate(step + 1, options.maxSteps, options.settings.schedule));
  } finally {
    await steps.close();
  }
}

/** Restores the run if it is gone on with. Returns the steps done. */
function start(trainer: Trainer, { resume, out, compact, run }: LoopOptions): number {
  if (!resume) return 0;
  const checkpoint = latestCheckpoint({ folder: checkpointFolder(out), compact }, run);
  trainer.restore(checkpoint.tensors);
  return checkpoint.step;
}

/** Steps from the stream of batches: batch number b of all belongs to step ⌊b / batches per step⌋. */
class Steps {
  readonly #stream: Pick<BatchStream, 'next' | 'close'>;
  readonly #averaging: Averaging | undefined;
  #batch: number;

  constructor(
    readonly trainer: Trainer,
    readonly options: LoopOptions,
    step: number,
  ) {
    this.#batch = step * options.settings.accumulate;
    this.#stream = options.batches(this.#batch);
    this.#averaging = options.member && averagingBy(options.member.exchange);
  }

  /** The time of averaging in the last step, where several processes train. */
  get averagingTimes(): AveragingTimes | undefined {
    return this.#averaging?.times;
  }

  async next(rate: number): Promise<StepResult> {
    const { settings } = this.options;
    const batches: Batch[] = [];
    for (let i = 0; i < settings.accumulate; i++) batches.push(await this.#stream.next(this.#batch++));
    return this.#averaging === undefined
      ? this.trainer.step(batches, rate)
      : this.trainer.stepTogether(batches, rate, this.#averaging);
  }

  close(): Promise<void> {
    this.#averaging?.dispose();
    return this.#stream.close();
  }
}

/** Counts steps whose gradients were not finite: the optimiser has skipped them. */
class Skips {
  #inARow = 0;
  #all = 0;

  constructor(readonly most: number) {}

  get all(): number {
    return this.#all;
  }

  /** @throws Error when the last `most` steps in a row were skipped */
  count(step: number, { gradientNorm, loss }: StepNumbers): boolean {
    if (Number.isFinite(gradientNorm)) {
      this.#inARow = 0;
      return false;
    }
    this.#all++;
    if (++this.#inARow < this.most) return true;
    throw new Error(
      `The gradients of the last ${this.most} steps (up to step ${step}, loss ${loss}) were not finite; training was stopped. Nothing is lost: those steps changed no weights, and what was learned before is saved. Go on with --resume and a lower --learning-rate.`,
    );
  }
}
