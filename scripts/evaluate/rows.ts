import type { Likelihood } from '../../src/engine/index';
import { mean } from '../train/report/mean';
import type { TaskAnswer, Figures } from './figures';
import { bootstrap, median, proportion, type Estimate } from './intervals';
import type { Task } from './task';

/** A task, how it was answered, and how good that is. */
export interface Case {
  readonly task: Task;
  readonly answer: TaskAnswer;
  readonly figures: Figures;
}

/** Tasks answered in one way. */
export interface Answered {
  readonly label: string;
  readonly cases: readonly Case[];
}

/** A line of the tables: one way on some tasks. */
export interface Row {
  readonly label: string;
  readonly tasks: number;
  readonly exact: Estimate;
  readonly similarity: Estimate;
  /** Mean of the absolute differences, and of the signed ones, in characters. */
  readonly lengthError: Estimate;
  readonly lengthBias: number;
  readonly brackets: Estimate;
  /** Fills of blanks alone. */
  readonly empty: Estimate;
  /** Of the tasks whose own text the language's parser takes. */
  readonly valid: Estimate;
  readonly validTasks: number;
  /** Per task: means, and the median for the time. */
  readonly steps: number;
  readonly forwards: number;
  readonly ms: number;
}

/** Figures of the tasks that `wanted` lets through. */
export function rowOf({ label, cases }: Answered, wanted: (task: Task) => boolean = () => true): Row {
  const all = cases.filter(({ task }) => wanted(task)).map(({ figures }) => figures);
  const share = (of: (figures: Figures) => boolean): Estimate =>
    proportion(all.filter(of).length, all.length);
  const meanOf = (of: (figures: Figures) => number): Estimate => bootstrap(all.map(of), mean);
  const parsed = all.filter(({ valid }) => valid !== undefined);
  return {
    label,
    tasks: all.length,
    exact: share(({ exact }) => exact),
    similarity: meanOf(({ similarity }) => similarity),
    lengthError: meanOf(({ lengthError }) => Math.abs(lengthError)),
    lengthBias: mean(all.map(({ lengthError }) => lengthError)),
    brackets: share(({ brackets }) => brackets),
    empty: share(({ empty }) => empty),
    valid: proportion(parsed.filter(({ valid }) => valid).length, parsed.length),
    validTasks: parsed.length,
    steps: mean(all.map(({ steps }) => steps)),
    forwards: mean(all.map(({ forwards }) => forwards)),
    ms: median(all.map(({ ms }) => ms)),
  };
}

/** A task with the bits that its middles take. */
export interface Measured {
  readonly task: Task;
  readonly likelihood: Likelihood;
}

/** Bits of all middles over bytes of all middles. */
export function bitsPerByte(measured: readonly Measured[]): Estimate {
  return bootstrap(measured, (sample) => {
    let bits = 0;
    let bytes = 0;
    for (const { likelihood } of sample) {
      bits += likelihood.bits;
      bytes += likelihood.bytes;
    }
    return bits / bytes;
  });
}
