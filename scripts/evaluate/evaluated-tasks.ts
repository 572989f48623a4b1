import { CliError } from '../../src/cli/command-line/failures';
import { drawTasks } from './draw-tasks';
import { heldOutTexts } from './held-out';
import type { EvaluateOptions } from './options';
import type { Task } from './task';
import { readTasks, writeTasks } from './tasks-file';

/**
 * The tasks of a file, or drawn from the held-out packages; written to a file if that was asked for.
 *
 * @throws CliError when there are none
 */
export async function evaluatedTasks(
  options: EvaluateOptions,
  cache: string,
  signal: AbortSignal,
): Promise<{ readonly tasks: readonly Task[]; readonly source: string }> {
  const { split, limit, taskSeed: seed, debian } = options;
  let tasks: readonly Task[];
  let source: string;
  if (options.tasks === undefined) {
    tasks = drawTasks(await heldOutTexts({ split, debian, cache, signal }), { split, limit, seed });
    source =
      `up to ${limit} of each kind from the ${split} packages of the corpus manifest` +
      `${debian ? ', the Debian one included' : ''}, seed ${seed}, languages in turn`;
  } else {
    tasks = readTasks(options.tasks);
    source = 'those of a file';
  }
  if (tasks.length === 0)
    throw new CliError(
      'There is no task to evaluate. Give a file with some after --tasks, or leave --tasks out to have them drawn.',
    );
  if (options.writeTasks !== undefined) writeTasks(options.writeTasks, tasks);
  return { tasks, source };
}
