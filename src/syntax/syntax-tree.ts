import type { Node, Point, Range, Tree } from '@vscode/tree-sitter-wasm';
import { grammarOf, type Grammar, type TextKind, type GrammarName } from './languages';
import { parse } from './parse';
import type { Runtime } from './runtime';

/** Longer texts are not read, in characters. */
const LONGEST_TEXT = 2 * 2 ** 20;

/** Flow's types, in files that are called JavaScript, are what no grammar here reads. */
const FLOW = /^\s*(?:\/\/|\/\*|\*).*@flow\b/m;

/** A mark before what a command hands on to another, which PowerShell's grammar takes for a decrement. */
const END_OF_OPTIONS = /(?<=[\w"')] )--(?= [\w"'$])/g;

/** Characters of a text, the end left out. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A text and its tree, neither of which changes. Lies in WebAssembly's memory until it is disposed of. */
export class SyntaxTree implements Disposable {
  private constructor(
    readonly text: string,
    private readonly reading: { readonly runtime: Runtime; readonly grammar: Grammar },
    private readonly tree: Tree,
    /** The part of the text that the tree is of; undefined for all of it. */
    private readonly part?: TextRange,
  ) {}

  get grammar(): GrammarName {
    return this.reading.grammar.name;
  }

  /**
   * @returns undefined where there is no grammar or the text is too long: nothing is to be guessed then
   * @throws Error when the grammar cannot be loaded
   */
  static async read(runtime: Runtime, kind: TextKind, text: string): Promise<SyntaxTree | undefined> {
    const grammar = grammarOf(kind);
    if (!grammar || text.length > LONGEST_TEXT || isFlow(grammar.name, text)) return undefined;
    const tree = await parse(await runtime.language(grammar), asParsed(grammar, text), undefined);
    return new SyntaxTree(text, { runtime, grammar }, tree);
  }

  /**
   * The tree of a part of the text alone, in a language of its own; its places are those of the whole text.
   *
   * @throws Error when the grammar cannot be loaded
   */
  async ofPart(grammar: Grammar, part: TextRange): Promise<SyntaxTree> {
    const { runtime } = this.reading;
    const text = asParsed(grammar, this.text);
    const tree = await parse(await runtime.language(grammar), text, rangeOf(text, part));
    return new SyntaxTree(this.text, { runtime, grammar }, tree, part);
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
    return new SyntaxTree(this.text, this.reading, this.tree.copy(), this.part);
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
      const { runtime, grammar } = this.reading;
      const part = this.part && partAfter(this.part, { start, end }, newEnd);
      const language = await runtime.language(grammar);
      const range = part && rangeOf(text, part);
      const tree = await parse(language, asParsed(grammar, text), range, old);
      return new SyntaxTree(text, this.reading, tree, part);
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

/** The text as its grammar can read it, with all in its place. */
function asParsed({ name }: Grammar, text: string): string {
  return name === 'powershell' ? text.replaceAll(END_OF_OPTIONS, '-a') : text;
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

/** A part of a text after an edit; what is put in at its edge belongs to it. */
function partAfter(part: TextRange, { start, end }: TextRange, newEnd: number): TextRange {
  const added = newEnd - end;
  return {
    start: end < part.start ? part.start + added : Math.min(part.start, start),
    end: start > part.end ? part.end : Math.max(part.end, end) + added,
  };
}

function rangeOf(text: string, { start, end }: TextRange): Range {
  return {
    startIndex: start,
    endIndex: end,
    startPosition: pointAt(text, start),
    endPosition: pointAt(text, end),
  };
}

/** Where a line begins, counted from 0; lines end at `\n`. */
export function startOfLine(text: string, line: number): number {
  let start = 0;
  for (let i = 0; i < line; i++) start = text.indexOf('\n', start) + 1;
  return start;
}

/** tree-sitter's name of a place: lines end at `\n` only, columns are UTF-16 units. */
function pointAt(text: string, index: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let end; (end = text.indexOf('\n', lineStart)) >= 0 && end < index; lineStart = end + 1) row++;
  return { row, column: index - lineStart };
}
