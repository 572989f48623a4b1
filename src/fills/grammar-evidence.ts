import type { Evidence } from '../engine/index';
import { damageOf } from '../syntax/damage';
import { namesIn } from '../syntax/names';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { filledText, type HolesOfText } from './holes-of-text';
import { treeOfHoles } from './tree-of-holes';

/** More damage than this says nothing more. */
const MOST_DAMAGE = 3;
/** Fills by which one sees how well the text around the holes can be read at all. */
const PLACEHOLDERS = ['', 'x'];

/** The features of a fill that need a grammar. */
export type GrammarEvidence = Required<Pick<Evidence, 'damage' | 'newNames'>>;

/**
 * Says how much worse a grammar reads a text with some fills than with next to nothing in their places, 0–3 errors, and how
 * many of their names stand nowhere else: ln(1 + n).
 *
 * @param tree of the text as it is, or of one like it
 * @param candidates the texts of the holes, of each candidate
 */
export async function grammarEvidence(
  candidates: readonly (readonly string[])[],
  holes: Pick<HolesOfText, 'texts'>,
  tree: SyntaxTree,
): Promise<(GrammarEvidence | undefined)[]> {
  const nothing = holes.texts.slice(1).map(() => '');
  using judging = await treeOfHoles(tree, { ...holes, replaced: nothing }, candidates.flat());
  if (!judging) return candidates.map(() => undefined);
  let least = Infinity;
  let known: ReadonlySet<string> = new Set();
  for (const placeholder of PLACEHOLDERS) {
    const fills = nothing.map(() => placeholder);
    using changed = await judging.updated(filledText(holes, fills));
    if (!changed) continue;
    least = Math.min(least, damageOf(changed));
    if (placeholder === '') known = namesIn(changed);
  }
  const found: (GrammarEvidence | undefined)[] = [];
  for (const texts of candidates) {
    using changed = await judging.updated(filledText(holes, texts));
    const names = changed && [...namesIn(changed)].filter((name) => !known.has(name)).length;
    found.push(
      changed && {
        damage: Math.min(Math.max(damageOf(changed) - least, 0), MOST_DAMAGE),
        newNames: Math.log(1 + names!),
      },
    );
  }
  return found;
}
