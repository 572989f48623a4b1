import type { StepOrNow, TrainOptions } from '../settings/options';
import { listCheckpoints, readCheckpoint, readCheckpointHeader, type Checkpoint } from './checkpoint';
import { readCompactCheckpoint, readCompactHeader } from './compact-checkpoint';

/** The run's description that a checkpoint must agree with to be gone on from. */
export type RunIdentity = Readonly<Record<string, unknown>>;

/** Steps after which phases of a run begin, as far as that was said; kept in its checkpoints. */
export interface Decided {
  readonly decayFrom?: number | undefined;
  readonly lastPhaseFrom?: number | undefined;
  /** The optimiser's moments were lost here. */
  readonly rewarmFrom?: number | undefined;
}

/** The run's description in the checkpoint that it goes on from. */
export interface Resumed extends Decided {
  readonly step: number;
  readonly batchesPerStep: number;
  /** Fingerprints of the corpora, or parts of one, that it was trained on. */
  readonly corpora: readonly string[];
}

/** Where a run's checkpoints are: its own folder, and a compact one that was carried here. */
export interface Checkpoints {
  readonly folder: string;
  readonly compact: string | undefined;
}

/**
 * The facts about the run that is gone on with, before its tensors are read.
 *
 * @throws Error if there is no checkpoint, or the run is past its end
 */
export function resumedRun(checkpoints: Checkpoints, maxSteps: number): Resumed {
  const newest = newestOf(checkpoints);
  const { step, run } = newest.header;
  if (step > maxSteps)
    throw new Error(
      `${newest.at} is of step ${step}, and the run ends at step ${maxSteps}. Give --max-steps ${step} or more.`,
    );
  const decided = run as Decided;
  return {
    step,
    batchesPerStep: Number(run['batchesPerStep'] ?? 1),
    corpora: (run['corpora'] as readonly string[] | undefined) ?? [],
    decayFrom: decided.decayFrom,
    lastPhaseFrom: decided.lastPhaseFrom,
    rewarmFrom: newest.moments ? decided.rewarmFrom : step,
  };
}

/** When phases begin: as the command line says, else as it was said before. “Now” is a step that does not move on. */
export function decide(
  options: Pick<TrainOptions, 'decayFrom' | 'lastPhaseFrom'>,
  resumed: Resumed | undefined,
): Decided {
  const step = resumed?.step ?? 0;
  const from = (asked: StepOrNow | undefined, before: number | undefined): number | undefined =>
    asked === 'now' ? Math.min(before ?? step, step) : (asked ?? before);
  return {
    decayFrom: from(options.decayFrom, resumed?.decayFrom),
    lastPhaseFrom: from(options.lastPhaseFrom, resumed?.lastPhaseFrom),
    rewarmFrom: resumed?.rewarmFrom,
  };
}

/**
 * Batches that each of so many processes averages over: a run's steps keep their size whatever it is gone on with on.
 *
 * @throws Error if the processes cannot share a step's batches evenly
 */
export function batchesEach(accumulate: number, processes: number, resumed: Resumed | undefined): number {
  if (resumed === undefined) return accumulate;
  const { batchesPerStep } = resumed;
  if (batchesPerStep % processes === 0) return batchesPerStep / processes;
  const possible = Array.from({ length: batchesPerStep }, (_, i) => i + 1).filter(
    (count) => batchesPerStep % count === 0,
  );
  throw new Error(
    `A step of this run has ${batchesPerStep} batches, which ${processes} processes cannot share evenly. Use --gpus ${possible.join(' or ')}.`,
  );
}

/**
 * The newest checkpoint of a run.
 *
 * @throws Error if there is none, if it is damaged, or if it belongs to another run
 */
export function latestCheckpoint(checkpoints: Checkpoints, run: RunIdentity): Checkpoint {
  const newest = newestOf(checkpoints);
  const { run: before } = newest.header;
  for (const [key, value] of Object.entries(run)) {
    const then = JSON.stringify(before[key]);
    if (then !== JSON.stringify(value)) {
      throw new Error(
        `The checkpoint ${newest.at} belongs to another run: its ${key} is ${then}, now it is ${JSON.stringify(value)}. Use the same options, or another --out.`,
      );
    }
  }
  return newest.read();
}

interface Found {
  readonly at: string;
  readonly header: Omit<Checkpoint, 'tensors'>;
  readonly moments: boolean;
  read(): Checkpoint;
}

/** The one of the later step; of the same, the whole one. */
function newestOf({ folder, compact }: Checkpoints): Found {
  const [latest] = listCheckpoints(folder);
  if (latest === undefined && compact === undefined)
    throw new Error(`There is no checkpoint in ${folder} to resume from. Leave out --resume.`);
  const whole: Found | undefined =
    latest === undefined
      ? undefined
      : {
          at: latest,
          header: readCheckpointHeader(latest),
          moments: true,
          read: () => readCheckpoint(latest),
        };
  if (compact === undefined) return whole!;
  const { moments, ...header } = readCompactHeader(compact);
  if (whole !== undefined && whole.header.step >= header.step) return whole;
  return { at: compact, header, moments, read: () => readCompactCheckpoint(compact) };
}
