import type { Engine, FillRequest, ReverseProcessOptions } from '../../src/engine/index';
import { betweenOf, middlesOf, type Task } from './task';

/** One way of having a task filled by the model. */
export interface Way {
  /** Row of the tables. */
  readonly label: string;
  readonly request: (task: Task, engine: Pick<Engine, 'tokenize'>) => FillRequest | Promise<FillRequest>;
}

/** How many masks the forebear's way always takes, and how many steps. */
const FOREBEAR = { masks: 16, steps: 32 } as const;

export function unknownLength(options: ReverseProcessOptions): Way {
  return { label: 'length unknown', request: (task) => ({ ...options, ...contextOf(task) }) };
}

/** Several candidates, of which the engine chooses one. */
export function chosenAmong(options: ReverseProcessOptions, candidates: number): Way {
  return {
    label: `${candidates} candidates, chosen`,
    request: (task) => ({ ...options, ...contextOf(task), candidates }),
  };
}

/** The model alone: nothing is taken from the text around the holes that it repeats. */
export function withoutDrafts(options: ReverseProcessOptions): Way {
  return {
    label: 'length unknown, no drafts',
    request: (task) => ({ ...options, ...contextOf(task), drafts: false }),
  };
}

/** Holes of just as many tokens as belong there, which a model that changes lengths by itself cannot change either. */
export function trueLength(options: ReverseProcessOptions, label = 'true length'): Way {
  return {
    label,
    request: async (task, engine) => {
      const tokens = await Promise.all(middlesOf(task).map((middle) => engine.tokenize(middle)));
      return {
        ...options,
        ...contextOf(task),
        holes: tokens.map(({ length }) => (length === 0 ? {} : { tokens: length })),
      };
    },
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
      order: 'ancestral',
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
