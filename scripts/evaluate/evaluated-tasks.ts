import { statSync } from 'node:fs';
import { CliError } from '../../src/cli/command-line/failures';
import { listFolder, readFolderFile } from '../train/corpus/folder';
import type { CorpusDocument } from '../train/corpus/types';
import { drawTasks } from './draw-tasks';
import { heldOutTexts } from './held-out';
import type { EvaluateOptions } from './options';
import type { Task } from './task';
import { readTasks, writeTasks } from './tasks-file';

export interface EvaluatedTasks {
  readonly tasks: readonly Task[];
  readonly source: string;
  /** The texts that they were drawn from, and those beside them; none where they come from a file. */
  readonly documents: readonly CorpusDocument[];
}

/**
 * The tasks of a file, or drawn from the held-out packages; written to a file if that was asked for.
 *
 * @throws CliError when there are none
 */
export async function evaluatedTasks(
  options: EvaluateOptions,
  cache: string,
  signal: AbortSignal,
): Promise<EvaluatedTasks> {
  const { split, limit, taskSeed: seed, debian } = options;
  let tasks: readonly Task[];
  let source: string;
  let documents: readonly CorpusDocument[] = [];
  if (options.tasks === undefined) {
    documents =
      options.from === undefined
        ? await heldOutTexts({ split, debian, cache, signal })
        : textsBelow(options.from);
    tasks = drawTasks(documents, { split, limit, seed });
    const packages = `the ${split} packages of the corpus manifest${debian ? ', the Debian one included' : ''}`;
    const origin = options.from === undefined ? packages : 'the sources of a folder';
    source = `up to ${limit} of each kind from ${origin}, seed ${seed}, languages in turn`;
  } else {
    tasks = readTasks(options.tasks);
    source = 'those of a file';
  }
  if (tasks.length === 0)
    throw new CliError(
      'There is no task to evaluate. Give a file with some after --tasks, or leave --tasks out to have them drawn.',
    );
  if (options.writeTasks !== undefined) writeTasks(options.writeTasks, tasks);
  return { tasks, source, documents };
}

/** @throws CliError where there is no such folder */
function textsBelow(folder: string): CorpusDocument[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`There is no folder ${folder} to draw tasks from. Check the path after --from.`);
  return listFolder(folder).flatMap((name) => readFolderFile(folder, name, () => undefined));
}
