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
    if (!grammar || text.length > LONGEST_TEXT || isFlow(grammar.name, text)) return undefined;
    const language = await runtime.language(grammar);
    return new SyntaxTree(text, grammar.name, language, await parse(language, text));
  }

  /** True when a text of this kind has a tree of this grammar. */
  isOf(kind: TextKind): boolean {
    return grammarOf(kind)?.name === this.grammar;
  }

  /** The tree of another text, most of which is this one's; undefined where nothing is to be guessed. */
  async updated(text: string): Promise<SyntaxTree | undefined> {
    if (text === this.text) return this.copy();
    if (text.length > LONGEST_TEXT || isFlow(this.grammar, text)) return undefined;
    const [start, ownEnd, end] = difference(this.text, text);
    return this.replaced(start, ownEnd, text.slice(start, end));
  }

  copy(): SyntaxTree {
    return new SyntaxTree(this.text, this.grammar, this.language, this.tree.copy());
  }

  /** The tree of this text with characters [start, end) replaced; what is not touched is not read again. */
  async replaced(start: number, end: number, replacement: string): Promise<SyntaxTree> {
    if (start === end && replacement === '') return this.copy();
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

function isFlow(grammar: GrammarName, text: string): boolean {
  return grammar === 'javascript' && FLOW.test(text.slice(0, 2000));
}

/** Where two texts begin to differ, and where in each they no longer do. */
function difference(one: string, other: string): [start: number, end: number, otherEnd: number] {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one.charCodeAt(start) === other.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < shorter - start &&
    one.charCodeAt(one.length - 1 - same) === other.charCodeAt(other.length - 1 - same)
  )
    same++;
  return [start, one.length - same, other.length - same];
}

/** tree-sitter's name of a place: lines end at `\n` only, columns are UTF-16 units. */
function pointAt(text: string, index: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let end; (end = text.indexOf('\n', lineStart)) >= 0 && end < index; lineStart = end + 1) row++;
  return { row, column: index - lineStart };
}
