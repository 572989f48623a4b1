import { readShards } from '../train/corpus/shards';
import { findMemorised, type Suspect } from './memorisation';
import type { Report } from './report';
import { betweenOf, middlesOf, type Task } from './task';
import type { Answered } from './rows';

/**
 * Looks for the fills of every way, and for what stood there, in the training part of a built corpus.
 *
 * @throws CorpusError `not-built` when the folder holds none
 */
export async function trainingFinds(
  corpus: string,
  tasks: readonly Task[],
  ways: readonly Answered[],
): Promise<Report['memorisation']> {
  const groups = [
    ...ways.map(({ label, cases }) => ({
      label: `fills, ${label}`,
      suspects: cases.flatMap(({ task, answer }) => suspectsOf(task, answer.texts)),
    })),
    {
      label: 'what stood there',
      suspects: tasks.flatMap((task) => suspectsOf(task, middlesOf(task))),
    },
  ];
  const found = await findMemorised(
    groups.map(({ suspects }) => suspects),
    readShards(corpus, 'train'),
  );
  return groups.map(({ label }, i) => ({ label, ...found[i]! }));
}

function suspectsOf(task: Task, texts: readonly string[]): Suspect[] {
  const context = [task.prefix, ...betweenOf(task), task.suffix].join('\0');
  return texts.map((text) => ({ text, context }));
}
