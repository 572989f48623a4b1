import { treeAround } from '../syntax/embedded';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { filledText, type HolesOfText } from './holes-of-text';

/**
 * The tree that fills are judged by: of a script or style sheet, where all holes are within one that no fill ends; else of
 * the whole text.
 *
 * @param tree of the text as it is, or of one like it
 * @param fills that may be put in, of all holes
 * @returns one of the text with what stood in the holes, that the caller disposes of; undefined for a text too long
 */
export async function treeOfHoles(
  tree: SyntaxTree,
  holes: HolesOfText,
  fills: readonly string[],
): Promise<SyntaxTree | undefined> {
  const before = filledText(holes, holes.replaced);
  const { texts } = holes;
  using whole = await tree.updated(before);
  const stretch = { start: texts[0]!.length, end: before.length - texts.at(-1)!.length };
  return whole && (await treeAround(whole, stretch, fills));
}
