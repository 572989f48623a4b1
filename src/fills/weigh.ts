import { byChance, chanceOf, type Candidate, type Chooser } from '../engine/index';
import type { SyntaxTree } from '../syntax/syntax-tree';
import type { HolesOfText } from './holes-of-text';
import { grammarEvidence } from './grammar-evidence';

/** A candidate, or as much of it as weighing takes. */
export type Weighable = Pick<Candidate, 'texts' | 'score' | 'evidence' | 'chance'> & {
  readonly holes: unknown;
};

/**
 * Weighs the candidates of a last step once more, with what a grammar says of them, which the engine does not know.
 *
 * @param chooser of the model; without one, or without a grammar or several candidates, the step is what it was
 * @param tree of the text as it is, or of one like it
 * @returns the step with the likeliest candidate's texts, and all candidates, likeliest first
 */
export async function weighed<S extends { readonly candidates?: readonly Weighable[] }>(
  step: S,
  chooser: Chooser | undefined,
  holes: Pick<HolesOfText, 'texts'>,
  tree: SyntaxTree | undefined,
): Promise<S> {
  const { candidates } = step;
  if (!candidates || candidates.length < 2 || !chooser || !tree) return step;
  const said = await grammarEvidence(
    candidates.map(({ texts }) => texts),
    holes,
    tree,
  );
  const sorted = candidates
    .map((candidate, i): Weighable => {
      const evidence = { ...candidate.evidence, ...said[i] };
      return { ...candidate, evidence, chance: chanceOf(evidence, chooser) };
    })
    .sort(byChance);
  const { texts, holes: cells, chance } = sorted[0]!;
  return { ...step, texts, holes: cells, chance: chance!, candidates: sorted };
}
