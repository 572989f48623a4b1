import { createHash } from 'node:crypto';
import { Random, type Engine, type FillRequest, type ReverseProcessOptions } from '../../src/engine/index';
import { FOR_COMMANDS } from '../../src/fills/patience';
import type { PrefixWithTabs } from './tabs';
import { betweenOf, middlesOf, type Task } from './task';

/** One way of having a task filled by the model. */
export interface Way {
  /** Row of the tables. */
  readonly label: string;
  readonly request: (task: Task, engine: Pick<Engine, 'tokenize'>) => FillRequest | Promise<FillRequest>;
  /** A request whose context is read first and kept for the other. */
  readonly read?: (task: Task, engine: Pick<Engine, 'tokenize'>) => Promise<FillRequest>;
  /** True to choose the fill as the editor does, which asks for others where the first is at fault. */
  readonly chosen?: true;
}

/** Most tokens that are typed while a context is kept (`FillRequest.keptContext`). */
const MOST_TYPED = 32;
/** More characters than so many tokens have. */
const TYPED_CHARACTERS = 1000;

/** How many masks the forebear's way always takes, and how many steps. */
const FOREBEAR = { masks: 16, steps: 32 } as const;

export function unknownLength(options: ReverseProcessOptions): Way {
  return { label: 'length unknown', request: (task) => ({ ...options, ...contextOf(task) }) };
}

/** The fill that the editor and the command line put in: the candidates that they ask for, weighed and judged. */
export function asPutIn(options: ReverseProcessOptions): Way {
  return {
    label: 'length unknown, as it is put in',
    request: (task) => ({ ...FOR_COMMANDS, ...options, ...contextOf(task) }),
    chosen: true,
  };
}

/** With a passage of the package's other files in front, as the setting for open tabs has it. */
export function withTabs(options: ReverseProcessOptions, prefixOf: PrefixWithTabs): Way {
  return {
    label: 'length unknown, other files of the package as tabs',
    request: (task) => ({ ...options, ...contextOf(task), prefix: prefixOf(task) }),
  };
}

/** As somebody who types has it: everything was read when the last 1 to 32 tokens, drawn from the task's id, were not there. */
export function typedSinceRead(options: ReverseProcessOptions): Way {
  const kept = { keptContext: 'evaluated' };
  return {
    label: 'length unknown, 1–32 tokens typed since the context was read',
    request: (task) => ({ ...options, ...contextOf(task), ...kept }),
    read: async (task, engine) => {
      const { prefix } = task;
      const end = prefix.slice(-TYPED_CHARACTERS);
      const tokens = await engine.tokenize(end);
      const seed = createHash('sha256').update(task.id).digest().readUInt32LE();
      const typed = 1 + new Random(seed).integer(MOST_TYPED);
      const before = tokens.slice(0, -typed).map(({ text }) => text);
      return {
        ...options,
        ...contextOf(task),
        ...kept,
        prefix: prefix.slice(0, prefix.length - end.length) + before.join(''),
      };
    },
  };
}

/** Several candidates, of which the engine chooses one. */
export function chosenAmong(options: ReverseProcessOptions, candidates: number): Way {
  return {
    label: `${candidates} candidates, chosen`,
    request: (task) => ({ ...options, ...contextOf(task), candidates }),
  };
}

/** Numbers of masks that published figures of models that change lengths begin with. */
const FIRST_MASKS = [4, 8, 16, 32, 64] as const;

/** As figures of models that change lengths are published: from a given number of masks on, whatever the right one is. */
export function fromMasks(options: ReverseProcessOptions): Way[] {
  return FIRST_MASKS.map((masks) => ({
    label: `from ${masks} masks`,
    request: (task) => ({ ...options, ...contextOf(task), starts: [`masks-${masks}`] }),
  }));
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
