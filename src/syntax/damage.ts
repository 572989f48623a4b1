import type { Node } from '@vscode/tree-sitter-wasm';
import type { SyntaxTree } from './syntax-tree';

/** The name in grammars of tags of a closing tag that closes nothing. tree-sitter takes it for no error. */
const STRAY_TAG = 'erroneous_end_tag';
export const GRAMMARS_OF_TAGS: readonly string[] = ['html', 'vue', 'svelte'];

/**
 * How much of a text its grammar cannot read: the number of nodes that are errors, or are missing. Of the whole text,
 * since where a broken statement ends is just what nobody knows; what is far from an edit counts alike before and after.
 */
export function damageOf({ root, grammar }: SyntaxTree): number {
  const stray = GRAMMARS_OF_TAGS.includes(grammar) ? root.descendantsOfType(STRAY_TAG).length : 0;
  return faultsIn(root) + stray;
}

function faultsIn(node: Node): number {
  const own = node.isError || node.isMissing ? 1 : 0;
  // What has no error in it need not be looked into.
  if (!node.hasError) return own;
  const all = node.children.reduce((sum, child) => sum + (child ? faultsIn(child) : 0), own);
  // What is missing of a word that the grammar hides is no child.
  return Math.max(all, 1);
}

/** The damage with a text put in at a place. */
export async function damageWith(tree: SyntaxTree, at: number, text: string): Promise<number> {
  if (text === '') return damageOf(tree);
  using changed = await tree.replaced(at, at, text);
  return damageOf(changed);
}
