import { bootstrap, proportion, type Estimate } from '../intervals';
import type { EditTask, RealEdit, Replacement } from './task';

/** How a task was answered. */
export interface Grade {
  readonly task: EditTask | RealEdit;
  readonly proposals: number;
  /** Proposals that make the text what a part of the answer makes it, white space aside. */
  readonly right: number;
  /** Places of the answer at which something was proposed. */
  readonly places: number;
}

export function gradeOf(task: EditTask | RealEdit, proposals: readonly Replacement[]): Grade {
  const { text, answer } = task;
  const right = proposals.filter((proposal) => answer.some((part) => isSame(text, proposal, part)));
  const places = answer.filter((part) =>
    proposals.some(({ start, end }) => start <= part.end && end >= part.start),
  );
  return { task, proposals: proposals.length, right: right.length, places: places.length };
}

function isSame(text: string, one: Replacement, other: Replacement): boolean {
  if (one.start > other.end || one.end < other.start) return false;
  const from = Math.min(one.start, other.start);
  const to = Math.max(one.end, other.end);
  const [a, b] = [one, other].map(({ start, end, text: put }) =>
    (text.slice(from, start) + put + text.slice(end, to)).replace(/\s+/g, ''),
  );
  return a === b;
}

/** The figures of some tasks; all are shares. */
export interface EditFigures {
  readonly tasks: number;
  /** Of the proposals, in tasks with and without consequences, those that are right: place and text. */
  readonly precision: Estimate;
  /** Of the places that the change has besides the first, those at which something is proposed. */
  readonly recall: Estimate;
  /** Of those places, those at which the right text is proposed. */
  readonly exact: Estimate;
  /** Of the tasks without consequences, those in which something is proposed. */
  readonly wrongFires: Estimate;
}

export function figuresOf(grades: readonly Grade[]): EditFigures {
  const isWithout = ({ task }: Grade): boolean => task.answer.length === 0;
  const without = grades.filter(isWithout);
  const withAnswer = grades.filter((grade) => !isWithout(grade));
  return {
    tasks: grades.length,
    precision: bootstrap(grades, precisionOf),
    recall: bootstrap(withAnswer, (sample) => ratio(sample, ({ places }) => places, answers)),
    exact: bootstrap(withAnswer, exactOf),
    wrongFires: proportion(without.filter(({ proposals }) => proposals > 0).length, without.length),
  };
}

export function precisionOf(grades: readonly Grade[]): number {
  return ratio(
    grades,
    ({ right }) => right,
    ({ proposals }) => proposals,
  );
}

/** Of the places of the answers, the share at which the right text is proposed. */
export function exactOf(grades: readonly Grade[]): number {
  return ratio(grades, ({ right }) => right, answers);
}

function answers({ task }: Grade): number {
  return task.answer.length;
}

function ratio(
  grades: readonly Grade[],
  part: (grade: Grade) => number,
  whole: (grade: Grade) => number,
): number {
  const sum = (of: (grade: Grade) => number): number => grades.reduce((total, grade) => total + of(grade), 0);
  return sum(part) / sum(whole);
}
