import { inWords, isWordCharacter, type Proposal } from '../../../src/next-edit/edit';
import { isSound, proposalsFor } from '../../../src/next-edit/propose';
import { judgedProposals, type JudgingModel } from '../../../src/next-edit/second-lane';
import type { SyntaxTree } from '../../../src/syntax/syntax-tree';
import type { Engine } from '../../../src/engine/index';
import type { EditTask, Replacement } from './task';

/** A way to find what an edit calls for. */
export interface EditWay {
  readonly label: string;
  /** @param tree of the task's text */
  readonly propose: (
    task: Pick<EditTask, 'text' | 'edit' | 'path'>,
    tree: SyntaxTree,
  ) => Promise<readonly Replacement[]>;
}

/** The extension's own proposals where no model is loaded. */
export const RULES_ALONE: EditWay = {
  label: 'rules',
  propose: (task, tree) => byRules(task, tree),
};

async function byRules({ edit }: Pick<EditTask, 'edit'>, tree: SyntaxTree): Promise<Proposal[]> {
  const sound: Proposal[] = [];
  for (const proposal of await proposalsFor(tree, [edit]))
    if (await isSound(tree, proposal)) sound.push(proposal);
  return sound;
}

/** The rules, and which of some names a model takes where they know a place but not its text. */
export function rulesAndModel(engine: Engine, signal: AbortSignal): EditWay {
  return {
    label: 'rules and model',
    async propose(task, tree) {
      const known = await byRules(task, tree);
      const model = judgingModel(engine, task.path);
      const judged: Proposal[] = [];
      for await (const proposal of judgedProposals(tree, [task.edit], known, model, signal))
        if (await isSound(tree, proposal)) judged.push(proposal);
      return [...known, ...judged];
    },
  };
}

function judgingModel(engine: Engine, path: string): JudgingModel {
  return {
    hasTime: () => true,
    async leastProbability(around, text, signal) {
      const { tokens } = await engine.score({ path, ...around, text, masked: 'all' }, { signal });
      return Math.min(...tokens.map(({ probability }) => probability));
    },
  };
}

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
