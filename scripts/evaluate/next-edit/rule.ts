import type { Random } from '../../../src/engine/index';
import type { SyntaxTree } from '../../../src/syntax/syntax-tree';
import type { CorpusDocument } from '../../train/corpus/types';
import type { FoundChange } from './task';

/** Texts of which one is to get a change. */
export interface Subject {
  readonly document: CorpusDocument;
  readonly tree: SyntaxTree;
  readonly random: Random;
  /** A name that the text does not hold, written in the way of another one. */
  readonly newName: (like: string) => string;
}

/** Finds a change in a text; with consequences, or one of the same kind without. */
export type ChangeRule = (subject: Subject, hasConsequence: boolean) => FoundChange | undefined;

/** Members of a list in another order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/** Where a word stands in a text by itself. */
export function wordPlaces(text: string, word: string): number[] {
  const escaped = word.replaceAll('$', '\\$');
  return [...text.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'g'))].map(({ index }) => index);
}

/** Things by a key of theirs, in the order in which the keys come first. */
export function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
