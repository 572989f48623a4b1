import type { Node } from '@vscode/tree-sitter-wasm';
import { grammarOf, type Grammar } from './languages';
import type { SyntaxTree, TextRange } from './syntax-tree';

/** The end of a script or style sheet, which its own language knows nothing of. */
const ENDS_EMBEDDED = /<\/(?:script|style)\b/i;

/** The language of an element's text that names none, as VS Code calls it. */
const LANGUAGE_OF: Readonly<Record<string, string>> = { script_element: 'javascript', style_element: 'css' };
const LANGUAGE_ATTRIBUTE = /\s(lang|type)\s*=\s*["']?(?:(?:text|application)\/)?(?:x-)?([\w+-]+)/i;
/** Values of the attribute, and the languages where these are called otherwise. */
const ALIASES: Readonly<Record<string, string>> = {
  module: 'javascript',
  js: 'javascript',
  jsx: 'javascriptreact',
  ecmascript: 'javascript',
  ts: 'typescript',
  tsx: 'typescriptreact',
  'ld+json': 'json',
  importmap: 'json',
};

/**
 * The tree by which a stretch of a text is judged: within a script or style sheet of HTML, Vue or Svelte that of its
 * language, unless what is put in there ends it; else the text's own.
 *
 * @param putIn texts that are to stand there
 * @returns one that the caller disposes of
 * @throws Error when the language's grammar cannot be loaded
 */
export async function treeAround(
  tree: SyntaxTree,
  stretch: TextRange,
  putIn: readonly string[] = [],
): Promise<SyntaxTree> {
  const isEnded = putIn.some((text) => ENDS_EMBEDDED.test(text));
  const part = isEnded ? undefined : embeddedAround(tree.root, stretch);
  const grammar = part && grammarIn(part.parent);
  return grammar ? tree.ofPart(grammar, { start: part.startIndex, end: part.endIndex }) : tree.copy();
}

function embeddedAround(root: Node, { start, end }: TextRange): Node | undefined {
  // At the edges of a part other nodes are as near.
  for (const [from, to] of [
    [start, end],
    [start, Math.max(start, end - 1)],
    [start - 1, Math.max(start, end) - 1],
  ] as const) {
    const node = root.descendantForIndex(Math.max(from, 0), Math.max(to, 0));
    if (node?.type === 'raw_text' && node.startIndex <= start && end <= node.endIndex) return node;
  }
  return undefined;
}

/** The grammar of what an element holds; undefined for what is markup, or in a language without one. */
function grammarIn(element: Node | null): Grammar | undefined {
  const usual = element && LANGUAGE_OF[element.type];
  if (usual === undefined || usual === null) return undefined;
  const named = LANGUAGE_ATTRIBUTE.exec(element!.firstChild?.text ?? '')?.[2]?.toLowerCase();
  return grammarOf({ languageId: named === undefined ? usual : (ALIASES[named] ?? named) });
}
