import { CliError } from '../../src/cli/command-line/failures';
import { reverseProcessOptions } from '../../src/cli/command-line/options';
import type { CorpusDocument } from '../train/corpus/types';
import type { EvaluateOptions } from './options';
import { prefixWithTabs } from './tabs';
import { asPutIn, typedSinceRead, unknownLength, withTabs, type Way } from './ways';

/** Another way beside the usual one, and nothing else, on the same tasks. */
export interface Paired {
  readonly title: string;
  readonly ways: readonly [usual: Way, other: Way];
}

/**
 * Tells if only two ways are to be compared, and which.
 *
 * @param documents that the tasks were drawn from
 * @throws CliError where the tasks come from a file and have no other files beside them
 */
export function pairedWays(
  options: EvaluateOptions,
  documents: readonly CorpusDocument[],
): Paired | undefined {
  const settings = reverseProcessOptions(options);
  const usual = unknownLength(settings);
  if (options.typed)
    return { title: 'Typed since the context was read', ways: [usual, typedSinceRead(settings)] };
  if (options.putIn) return { title: 'As it is put in', ways: [usual, asPutIn(settings)] };
  if (!options.tabs) return undefined;
  if (documents.length === 0)
    throw new CliError(
      'The tasks of a file have no other files beside them. Leave out --tasks, so that they are drawn from packages, or --tabs.',
    );
  return { title: 'Other files as tabs', ways: [usual, withTabs(settings, prefixWithTabs(documents))] };
}
