import type { Node } from '@vscode/tree-sitter-wasm';
import { startOfLine, type SyntaxTree } from './syntax-tree';
import { isComment, isDocstring } from './text-at';

/** A comment, or several line by line in a row, or a docstring: lines from 0, both inclusive. */
export interface CommentLines {
  readonly first: number;
  readonly last: number;
}

/** The comment or docstring that a line begins with, is within, or ends with. */
export function commentOnLine(tree: SyntaxTree, line: number): CommentLines | undefined {
  const { text } = tree;
  const start = startOfLine(text, line);
  const content = /^[^\r\n]*/.exec(text.slice(start))![0];
  if (content.trim() === '') return linesAround(tree, start);
  const first = start + content.search(/\S/);
  const last = start + content.trimEnd().length - 1;
  return linesAround(tree, first) ?? linesAround(tree, last);
}

function linesAround({ root }: SyntaxTree, index: number): CommentLines | undefined {
  let node = root.descendantForIndex(index, index);
  while (node && !isComment(node) && !isDocstring(node) && !isMarkupComment(node)) node = node.parent;
  // Says by what a script is run, and asks for nothing.
  const isHashBang = node?.startIndex === 0 && node.text.startsWith('#!');
  if (!node || isHashBang) return undefined;
  const group = isDocstring(node) ? { from: node, to: node } : groupOf(node);
  return { first: group.from.startPosition.row, last: lastRowOf(group.to) };
}

/** A comment of JSX is an expression with nothing else in it. */
function isMarkupComment(node: Node): boolean {
  const [only, ...others] = node.namedChildren;
  return node.type === 'jsx_expression' && others.length === 0 && !!only && isComment(only);
}

/** Comments line below line say one thing. */
function groupOf(comment: Node): { from: Node; to: Node } {
  let from = comment;
  for (let other = from.previousSibling; other && isComment(other); other = other.previousSibling) {
    if (lastRowOf(other) + 1 !== from.startPosition.row || !startsItsLine(other)) break;
    from = other;
  }
  let to = comment;
  for (let other = to.nextSibling; other && isComment(other); other = other.nextSibling) {
    if (lastRowOf(to) + 1 !== other.startPosition.row) break;
    to = other;
  }
  return { from, to };
}

function startsItsLine({ startPosition, previousSibling }: Node): boolean {
  return previousSibling === null || previousSibling.endPosition.row < startPosition.row;
}

/** Some grammars count the line break to a comment. */
function lastRowOf({ text, startPosition }: Node): number {
  return startPosition.row + (text.trimEnd().match(/\n/g)?.length ?? 0);
}
