import { join } from 'node:path';
import type { Engine } from '../../src/engine/index';
import { Journal } from '../evaluate/journal';
import { StageProgress } from '../train/report/progress';

/** What is to be answered, and where. */
export interface Questions<Item> {
  readonly items: readonly Item[];
  /** Each takes the next item when it has done one. */
  readonly engines: readonly Engine[];
  /** Of the journal, and of the progress that is shown. */
  readonly name: string;
  readonly folder: string;
}

/**
 * Answers every item, in a journal: a line of JSON each, so that a run that was stopped goes on where it was.
 *
 * @param answer asks the journal, which asks the engine; null: the item is left out
 * @returns in the order of the items
 */
export async function answerEach<Item extends { readonly id: string }, Answer>(
  { items, engines, name, folder }: Questions<Item>,
  answer: (journal: Journal, engine: Engine, item: Item, index: number) => Promise<Answer | null>,
  signal: AbortSignal,
): Promise<Answer[]> {
  const journal = new Journal(join(folder, `${name}.jsonl`));
  const answers: (Answer | null)[] = [];
  const progress = new StageProgress(name, items.length);
  const queue = items.entries();
  let done = 0;
  const work = async (engine: Engine): Promise<void> => {
    for (const [i, item] of queue) {
      signal.throwIfAborted();
      answers[i] = await answer(journal, engine, item, i);
      progress.update(++done, items.length, item.id);
    }
  };
  try {
    await Promise.all(engines.map(work));
  } finally {
    progress.stop();
  }
  return answers.filter((one) => one !== null);
}
