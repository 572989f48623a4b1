import { damageOf } from '../syntax/damage';
import { treeAround } from '../syntax/embedded';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { changedArguments } from './arguments';
import { swappedBranches } from './branches';
import { inWords, type Edit, type Proposal } from './edit';
import { parallelLines } from './parallel-lines';
import { renames } from './rename';
import { repeatedChange } from './repeated';
import { equalStrings, equalTypes } from './same-role';
import type { Situation } from './situation';

/** Edits that may still have consequences. */
const LAST_EDITS = 3;

type Rule = (situation: Situation) => Proposal[] | Promise<Proposal[]>;

/** The first that has something to say is heard. */
const RULES: readonly Rule[] = [
  swappedBranches,
  changedArguments,
  renames,
  equalTypes,
  equalStrings,
  parallelLines,
  repeatedChange,
];

/**
 * Proposes the edits elsewhere in a text that the user's last edits call for, without a model.
 *
 * @param tree of the text as it is now
 * @param edits oldest first
 * @param references gives, by where an edit begins, where else the name stood that was changed there, if that is known
 * @returns those of the latest edit that calls for something; first what is behind it, then what is before it
 */
export async function proposalsFor(
  tree: SyntaxTree,
  edits: readonly Edit[],
  references: (start: number) => readonly number[] = () => [],
): Promise<Proposal[]> {
  const inWholeWords = edits.map((edit) => inWords(tree.text, edit));
  const causes = inWholeWords.filter(({ isAccepted }) => !isAccepted);
  for (const edit of causes.slice(-LAST_EDITS).reverse()) {
    const after = tree.text.slice(edit.start, edit.end);
    if (after === edit.before) continue;
    // In a script of Vue, Svelte or HTML its own language's.
    using own = await treeAround(tree, edit);
    const done = inWholeWords.filter(
      ({ start, end, before }) => before === edit.before && tree.text.slice(start, end) === after,
    );
    const situation = { tree: own, edit, after, done, references: references(edit.start) };
    for (const rule of RULES) {
      const found = (await rule(situation)).filter((proposal) => !undoes(proposal, edits));
      if (found.length > 0) return inTurn(found, edit.end);
    }
  }
  return [];
}

/** True for a text that the grammar reads no worse with the proposal. */
export async function isSound(tree: SyntaxTree, { start, end, text }: Proposal): Promise<boolean> {
  using own = await treeAround(tree, { start, end }, [text]);
  using changed = await own.replaced(start, end, text);
  return damageOf(changed) <= damageOf(own);
}

/** True for what would bring back what one of the edits took away, or touches what it wrote. */
function undoes({ start, end, text }: Proposal, edits: readonly Edit[]): boolean {
  return edits.some(
    (edit) =>
      start <= edit.end &&
      end >= edit.start &&
      (text === edit.before || (start < edit.end && end > edit.start)),
  );
}

function inTurn(proposals: readonly Proposal[], from: number): Proposal[] {
  const sorted = proposals.toSorted((a, b) => a.start - b.start);
  return [...sorted.filter(({ start }) => start >= from), ...sorted.filter(({ start }) => start < from)];
}
