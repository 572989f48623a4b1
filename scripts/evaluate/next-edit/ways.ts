import { inWords, isWordCharacter, type Proposal } from '../../../src/next-edit/edit';
import { isSound, proposalsFor } from '../../../src/next-edit/propose';
import type { SyntaxTree } from '../../../src/syntax/syntax-tree';
import type { EditTask, Replacement } from './task';

/** A way to find what an edit calls for. */
export interface EditWay {
  readonly label: string;
  /** @param tree of the task's text */
  readonly propose: (
    task: Pick<EditTask, 'text' | 'edit'>,
    tree: SyntaxTree,
  ) => Promise<readonly Replacement[]>;
}

/** The extension's own proposals where it asks no model. */
export const RULES_ALONE: EditWay = {
  label: 'rules',
  async propose({ edit }, tree) {
    const sound: Proposal[] = [];
    for (const proposal of await proposalsFor(tree, [edit]))
      if (await isSound(tree, proposal)) sound.push(proposal);
    return sound;
  },
};

/** Everywhere else where the same stands as whole words, the same change. */
export const TEXT_SEARCH: EditWay = {
  label: 'text search',
  propose({ text, edit }) {
    const { start, end, before } = inWords(text, edit);
    const after = text.slice(start, end);
    if (before.trim() === '') return Promise.resolve([]);
    const found: Replacement[] = [];
    for (let at = text.indexOf(before); at >= 0; at = text.indexOf(before, at + before.length)) {
      const to = at + before.length;
      const isPart =
        (isWordCharacter(before[0]) && isWordCharacter(text[at - 1])) ||
        (isWordCharacter(before.at(-1)) && isWordCharacter(text[to]));
      if (!isPart && (to <= start || at >= end)) found.push({ start: at, end: to, text: after });
    }
    return Promise.resolve(found);
  },
};
