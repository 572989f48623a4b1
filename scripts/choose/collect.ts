import { STARTS, type Engine, type Evidence, type StartName } from '../../src/engine/index';
import { lastStep } from '../../src/cli/command-line/session';
import { isExact } from '../evaluate/figures';
import { unlessTooLarge } from '../evaluate/model-run';
import { betweenOf, type Kind, type Task } from '../evaluate/task';
import { answerEach } from './answer-each';

/** A candidate of a task's, and whether it is what stood there. */
export interface CollectedCandidate {
  readonly texts: readonly string[];
  readonly starts: readonly StartName[];
  readonly score: number;
  readonly evidence: Evidence;
  readonly exact: boolean;
}

/** A task as it was answered from every start. */
export interface CollectedTask {
  readonly id: string;
  readonly kind: Kind;
  readonly lang: string;
  /** Of the corpus: tasks of one package lie in one fold. */
  readonly package: string;
  /** True when it was answered from every start. */
  readonly all: boolean;
  readonly candidates: readonly CollectedCandidate[];
}

/** Every so many tasks are answered from every start, the others from those that find most. */
const EVERY_START = 4;
/** 64 masks are a benchmark's. */
export const TRIED_STARTS = STARTS.filter((start) => start !== 'masks-64');
const LIKELY_STARTS: readonly StartName[] = [
  'usual',
  'masks-2',
  'masks-4',
  'masks-8',
  'masks-16',
  'masks-32',
  'second-token',
  'other-draft',
];

/**
 * Has every task answered from every start. A task that does not fit into the window is left out.
 *
 * @param engines each takes the next task when it has done one
 */
export async function collect(
  engines: readonly Engine[],
  identity: readonly string[],
  tasks: readonly Task[],
  folder: string,
  signal: AbortSignal,
): Promise<CollectedTask[]> {
  return answerEach(
    { items: tasks, engines, name: 'candidates', folder },
    async (journal, engine, task, i) => {
      const { path, prefix, suffix } = task;
      const all = i % EVERY_START === 0;
      const request = {
        path,
        prefix,
        between: betweenOf(task),
        suffix,
        starts: all ? TRIED_STARTS : LIKELY_STARTS,
        lookAgain: true,
      };
      return journal.answer([...identity, request], async () => {
        const last = await unlessTooLarge(() => lastStep(engine.fill(request, { signal })));
        return last && collectedTask(task, all, last.candidates ?? []);
      });
    },
    signal,
  );
}

function collectedTask(
  task: Task,
  all: boolean,
  candidates: readonly Omit<CollectedCandidate, 'exact'>[],
): CollectedTask {
  return {
    id: task.id,
    kind: task.kind,
    lang: task.lang,
    all,
    package: task.path.slice(0, task.path.indexOf('/')),
    candidates: candidates.map(({ texts, starts, score, evidence }) => ({
      texts,
      starts,
      score,
      evidence,
      exact: isExact(task, texts),
    })),
  };
}
