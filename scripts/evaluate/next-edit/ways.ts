import { inWords, isWordCharacter, type Proposal } from '../../../src/next-edit/edit';
import { isSound, proposalsFor } from '../../../src/next-edit/propose';
import { filledProposals, MOST_FILLED_TOKENS, type FillingModel } from '../../../src/next-edit/second-lane';
import type { SyntaxTree } from '../../../src/syntax/syntax-tree';
import type { Engine } from '../../../src/engine/index';
import { lastStep } from '../../../src/cli/command-line/session';
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

/** The extension's own proposals where it asks no model. */
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

/** The rules, and what a model fills in where they know a place but not its text. */
export function rulesAndModel(engine: Engine, signal: AbortSignal): EditWay {
  return {
    label: 'rules and model',
    async propose(task, tree) {
      const known = await byRules(task, tree);
      const model = fillingModel(engine, task.path);
      const filled: Proposal[] = [];
      for await (const proposal of filledProposals(tree, [task.edit], known, model, signal))
        if (await isSound(tree, proposal)) filled.push(proposal);
      return [...known, ...filled];
    },
  };
}

function fillingModel(engine: Engine, path: string): FillingModel {
  return {
    async fill(around, signal) {
      const { texts } = await lastStep(
        engine.fill({ path, ...around, maxTokens: MOST_FILLED_TOKENS }, { signal }),
      );
      return texts[0];
    },
    async leastProbability(around, text, signal) {
      const { tokens } = await engine.score({ path, ...around, text }, { signal });
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
