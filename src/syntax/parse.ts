import { Parser, type Language, type Range, type Tree } from '@vscode/tree-sitter-wasm';

/** After so long a parse lets others have the thread; it ends between two looks at the clock, a few ms later. */
const SLICE_MS = 5;

/**
 * Parses a text, in slices, so that a long one does not block the thread.
 *
 * @param part that is read alone; undefined for all of it
 * @param old the tree of the text before an edit, told of that edit
 */
export async function parse(
  language: Language,
  text: string,
  part: Range | undefined,
  old?: Tree,
): Promise<Tree> {
  const ranges = part ? { includedRanges: [part] } : {};
  const parser = new Parser();
  try {
    parser.setLanguage(language);
    for (;;) {
      const start = performance.now();
      // True halts the parser; the next call goes on where it stopped.
      const progressCallback = (): boolean => performance.now() - start > SLICE_MS;
      const tree = parser.parse(text, old, { ...ranges, progressCallback });
      if (tree) return tree;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  } finally {
    parser.delete();
  }
}
