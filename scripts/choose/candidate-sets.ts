import type { Evidence, StartName } from '../../src/engine/index';
import type { CollectedCandidate, CollectedTask } from './collect';

/** The candidates that a task would have had from some of its starts. */
export function fromStarts(task: CollectedTask, starts: readonly StartName[]): CollectedCandidate[] {
  const begun = task.candidates.flatMap((candidate) =>
    candidate.starts.filter((start) => starts.includes(start)).map(() => firstLineOf(candidate)),
  );
  return task.candidates
    .filter((candidate) => candidate.starts.some((start) => starts.includes(start)))
    .map((candidate) => {
      const same = begun.filter((line) => line === firstLineOf(candidate)).length - 1;
      const sameLine = begun.length > 1 ? same / (begun.length - 1) : undefined;
      return { ...candidate, evidence: withSameLine(candidate.evidence, sameLine) };
    });
}

/** The share of tasks with the right text among what these starts come to, 0–1. */
export function rightAmong(tasks: readonly CollectedTask[], starts: readonly StartName[]): number {
  const right = tasks.filter((task) => fromStarts(task, starts).some(({ exact }) => exact));
  return right.length / Math.max(1, tasks.length);
}

/** A start that was added to those before it, and the share of tasks with the right text among them all. */
export interface Added {
  readonly start: StartName;
  readonly right: number;
}

/** From one fill on, always the start that finds most. */
export function bestStarts(
  tasks: readonly CollectedTask[],
  starts: readonly StartName[],
  most: number,
): Added[] {
  const added: Added[] = [{ start: 'usual', right: rightAmong(tasks, ['usual']) }];
  while (added.length < most) {
    const present = added.map(({ start }) => start);
    const [next] = starts
      .filter((start) => !present.includes(start))
      .map((start) => ({ start, right: rightAmong(tasks, [...present, start]) }))
      .sort((a, b) => b.right - a.right);
    if (!next) break;
    added.push(next);
  }
  return added;
}

/** The features of a candidate beside others, by its `sameLine` among them; undefined: alone. */
function withSameLine(evidence: Evidence, sameLine: number | undefined): Evidence {
  const known = Object.entries(evidence).filter(([feature]) => feature !== 'sameLine');
  return { ...Object.fromEntries(known), ...(sameLine === undefined ? {} : { sameLine }) };
}

function firstLineOf({ texts }: CollectedCandidate): string {
  return (texts[0] ?? '').trimStart().split('\n', 1)[0]!.trimEnd();
}
