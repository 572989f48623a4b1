import type { SyntaxTree, TextRange } from './syntax-tree';

/**
 * The smallest statement or run of statements around a place that takes more than one line: its body has the head with
 * it. Never the whole text.
 */
export function blockAt({ root, text }: SyntaxTree, at: number): TextRange | undefined {
  let node = root.descendantForIndex(at, at);
  for (; node && node.id !== root.id; node = node.parent) {
    const { startIndex: start, endIndex, isNamed } = node;
    const content = text.slice(start, endIndex).trimEnd();
    // Brackets alone are no block: what they belong to is around them.
    if (isNamed && content.includes('\n') && !/^[([{]/.test(content)) {
      return { start, end: start + content.length };
    }
  }
  return undefined;
}
