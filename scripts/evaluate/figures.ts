import { distance } from 'fastest-levenshtein';
import type { Fault } from '../../src/fills/faults';
import { bracketsOf } from './brackets';
import { isValidSyntax } from './syntax';
import { middlesOf, textWith, type Task } from './task';

/** How a task was answered; a floor takes no time. */
export interface TaskAnswer {
  readonly texts: readonly string[];
  readonly steps: number;
  readonly forwards: number;
  readonly ms: number;
  /** Of a request for several: the texts of each, the best first. */
  readonly candidates?: readonly (readonly string[])[];
  /** Its fault, where the editor would say so. */
  readonly fault?: Fault;
}

/** An answer that took no time. */
export function freeAnswer(texts: readonly string[]): TaskAnswer {
  return { texts, steps: 0, forwards: 0, ms: 0 };
}

/** How good an answer is. */
export interface Figures extends Omit<TaskAnswer, 'texts' | 'candidates' | 'fault'> {
  /** Every fill is what stood there, blanks at its ends aside. */
  readonly exact: boolean;
  /** 1 − Levenshtein distance / length of the longer, 0–1, trimmed, in UTF-16 units; of all holes together. */
  readonly similarity: number;
  /** Characters too many (or, below 0, too few), of all holes together. */
  readonly lengthError: number;
  /** Every fill leaves the same brackets open and closes the same as what stood there. */
  readonly brackets: boolean;
  /** Nothing but blanks in any hole. */
  readonly empty: boolean;
  /** True when the language's parser takes the whole text; undefined without one and where it did not before. */
  readonly valid: boolean | undefined;
}

/** Every fill is what stood there, blanks at its ends aside. */
export function isExact(task: Task, texts: readonly string[]): boolean {
  return middlesOf(task).every((middle, i) => middle.trim() === (texts[i] ?? '').trim());
}

export async function measure(task: Task, answer: TaskAnswer): Promise<Figures> {
  const pairs = middlesOf(task).map((middle, i) => ({ middle, fill: answer.texts[i] ?? '' }));
  const trimmed = pairs.map(({ middle, fill }) => [middle.trim(), fill.trim()] as const);
  const sum = (of: (pair: readonly [string, string]) => number): number =>
    trimmed.reduce((total, pair) => total + of(pair), 0);
  const longer = sum(([a, b]) => Math.max(a.length, b.length));
  const { steps, forwards, ms } = answer;
  return {
    exact: isExact(task, answer.texts),
    similarity: longer === 0 ? 1 : 1 - sum(([a, b]) => distance(a, b)) / longer,
    lengthError: pairs.reduce((total, { middle, fill }) => total + fill.length - middle.length, 0),
    brackets: pairs.every(({ middle, fill }) => bracketsOf(middle) === bracketsOf(fill)),
    empty: answer.texts.every((text) => text.trim() === ''),
    valid: (await isValidSyntax(task.lang, textWith(task, middlesOf(task))))
      ? await isValidSyntax(task.lang, textWith(task, answer.texts))
      : undefined,
    steps,
    forwards,
    ms,
  };
}
