import { MOST, withPassages } from '../../src/context/in-front';
import { holdsSecret, looksSecret } from '../../src/context/secrets';
import { mostSimilarPassage, type OtherText } from '../../src/context/similar-passage';
import type { CorpusDocument } from '../train/corpus/types';
import type { Task } from './task';

/** So many files stand in the tabs beside the one that is filled. */
const TABS = 8;
/** The text by whose likeness a passage is chosen, in characters: as in the editor. */
const COMPARED = 600;

/** Gives a task the prefix that it has with other files of its package in tabs, and the setting for them on. */
export type PrefixWithTabs = (task: Task) => string;

/** Takes the files of a package that lie nearest to the task's, by their paths. */
export function prefixWithTabs(documents: readonly CorpusDocument[]): PrefixWithTabs {
  return ({ path, lang, prefix }) => {
    const passage = mostSimilarPassage(prefix.slice(-COMPARED), nearest(path, documents), MOST.passage);
    return withPassages(prefix, lang, passage ? [passage] : []);
  };
}

function nearest(path: string, documents: readonly CorpusDocument[]): OtherText[] {
  return documents
    .filter((other) => other.path !== path && packageOf(other.path) === packageOf(path))
    .filter((other) => !looksSecret(other.path) && !holdsSecret(other.text))
    .map((other) => ({ other, shared: sharedFolders(path, other.path) }))
    .sort((a, b) => b.shared - a.shared || (a.other.path < b.other.path ? -1 : 1))
    .slice(0, TABS)
    .map(({ other: { path: of, text } }) => ({ path: of.slice(packageOf(of).length + 1), text }));
}

function packageOf(path: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(path)![0];
}

function sharedFolders(one: string, other: string): number {
  const [a, b] = [one.split('/'), other.split('/')];
  const differing = a.findIndex((folder, i) => folder !== b[i]);
  return differing < 0 ? a.length : differing;
}
