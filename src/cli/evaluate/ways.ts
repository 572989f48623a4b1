import type { FillRequest, ReverseProcessOptions } from '../../engine';
import { betweenOf, middlesOf, type Task } from './task';

/** One way of having a task filled by the model. */
export interface Way {
  /** Row of the tables. */
  readonly label: string;
  readonly request: (task: Task) => FillRequest;
}

/** How many masks the forebear's way always takes, and how many steps. */
const FOREBEAR = { masks: 16, steps: 32 } as const;

export function unknownLength(options: ReverseProcessOptions): Way {
  return { label: 'length unknown', request: (task) => ({ ...options, ...contextOf(task) }) };
}

export function trueLength(options: ReverseProcessOptions, label = 'true length'): Way {
  return {
    label,
    request: (task) => ({
      ...options,
      ...contextOf(task),
      holes: middlesOf(task).map((replaced) => (replaced === '' ? {} : { replaced })),
    }),
  };
}

/**
 * As the project this one came from fills: a number of masks fixed beforehand, unmasked at random, nothing committed for
 * being sure of it.
 */
export function forebearWay({ seed }: ReverseProcessOptions): Way {
  const { masks, steps } = FOREBEAR;
  return {
    label: `the forebear’s way, ${masks} masks`,
    request: (task) => ({
      ...(seed === undefined ? {} : { seed }),
      ...contextOf(task),
      order: 'forebear',
      steps,
      threshold: 0,
      holes: middlesOf(task).map(() => ({ tokens: masks })),
    }),
  };
}

function contextOf(task: Task): FillRequest {
  const { path, prefix, suffix } = task;
  return { path, prefix, between: betweenOf(task), suffix };
}
