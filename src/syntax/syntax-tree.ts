import type { Language, Node, Point, Tree } from '@vscode/tree-sitter-wasm';
import { grammarOf, type GrammarName, type TextKind } from './languages';
import { parse } from './parse';
import type { Runtime } from './runtime';

/** Longer texts are not read, in characters. */
const LONGEST_TEXT = 2 * 2 ** 20;

/** Flow's types, in files that are called JavaScript, are what no grammar here reads. */
const FLOW = /^\s*(?:\/\/|\/\*|\*).*@flow\b/m;

/** A text and its tree, neither of which changes. Lies in WebAssembly's memory until it is disposed of. */
export class SyntaxTree implements Disposable {
  private constructor(
    readonly text: string,
    readonly grammar: GrammarName,
    private readonly language: Language,
    private readonly tree: Tree,
  ) {}

  /**
   * @returns undefined where there is no grammar or the text is too long: nothing is to be guessed then
   * @throws Error when the grammar cannot be loaded
   */
  static async read(runtime: Runtime, kind: TextKind, text: string): Promise<SyntaxTree | undefined> {
    const grammar = grammarOf(kind);
    if (!grammar || text.length > LONGEST_TEXT) return undefined;
    if (grammar.name === 'javascript' && FLOW.test(text.slice(0, 2000))) return undefined;
    const language = await runtime.language(grammar);
    return new SyntaxTree(text, grammar.name, language, await parse(language, text));
  }

  /** The tree of this text with characters [start, end) replaced; what is not touched is not read again. */
  async replaced(start: number, end: number, replacement: string): Promise<SyntaxTree> {
    const text = this.text.slice(0, start) + replacement + this.text.slice(end);
    const newEnd = start + replacement.length;
    const old = this.tree.copy();
    try {
      old.edit({
        startIndex: start,
        oldEndIndex: end,
        newEndIndex: newEnd,
        startPosition: pointAt(this.text, start),
        oldEndPosition: pointAt(this.text, end),
        newEndPosition: pointAt(text, newEnd),
      });
      return new SyntaxTree(text, this.grammar, this.language, await parse(this.language, text, old));
    } finally {
      old.delete();
    }
  }

  get root(): Node {
    return this.tree.rootNode;
  }

  [Symbol.dispose](): void {
    this.tree.delete();
  }
}

/** tree-sitter's name of a place: lines end at `\n` only, columns are UTF-16 units. */
function pointAt(text: string, index: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let end; (end = text.indexOf('\n', lineStart)) >= 0 && end < index; lineStart = end + 1) row++;
  return { row, column: index - lineStart };
}
