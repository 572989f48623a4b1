import type { Node } from '@vscode/tree-sitter-wasm';
import { startOfLine, type SyntaxTree, type TextRange } from './syntax-tree';

export interface FunctionRanges {
  /** With decorators, `export`, and the name that it is assigned to. */
  readonly whole: TextRange;
  /** The text within its braces or below its head, without white space around; empty where nothing is. */
  readonly body: TextRange;
}

const FUNCTION =
  /^(?:(?:async_|generator_|local_)?function(?:_declaration|_definition|_expression|_item|_statement)?|generator_function|arrow_function|method|singleton_method|method_definition|method_declaration|constructor_declaration|compact_constructor_declaration|destructor_declaration|secondary_constructor|init_declaration|deinit_declaration|local_function_statement|class_method_definition|func_literal|closure_expression|lambda|lambda_expression|lambda_literal|anonymous_function|anonymous_method_expression|anonymous_function_creation_expression|accessor_declaration|class_static_block|anonymous_initializer)$/;
/** They stand in front of a function, as nodes of their own. */
const IN_FRONT = /^(?:decorator|attribute_item)$/;
const BODY = /^(?:.*block|.*body|compound_statement|statements|statement_list)$/;
/** The declarations that a function is a part of. */
const AROUND =
  /^(?:decorated_definition|export_statement|template_declaration|variable_declarator|lexical_declaration|variable_declaration)$/;

export function isFunction({ type }: Node): boolean {
  return FUNCTION.test(type);
}

/** The innermost function around a place; one on a single line only where there is no other. */
export function functionAt({ root, text }: SyntaxTree, at: number): FunctionRanges | undefined {
  let oneLiner: FunctionRanges | undefined;
  for (let node = root.descendantForIndex(at, at); node; node = node.parent) {
    const found = functionIn(node);
    const ranges = found && rangesOf(found, text);
    if (!ranges) continue;
    if (found.endPosition.row > found.startPosition.row) return ranges;
    oneLiner ??= ranges;
  }
  return oneLiner;
}

/**
 * The line on which the head of the function ends that begins on a line, decorators and attributes counted to it: the one
 * of the brace that opens its body, or of its last word.
 *
 * @param line from 0
 * @returns undefined where no function begins
 */
export function headEndsOn({ root, text }: SyntaxTree, line: number): number | undefined {
  const start = startOfLine(text, line);
  const first = start + /^[ \t]*/.exec(text.slice(start))![0].length;
  let outermost = root.descendantForIndex(first, first);
  while (outermost?.parent && outermost.parent.id !== root.id && outermost.parent.startIndex === first)
    outermost = outermost.parent;
  let node = outermost;
  while (node && IN_FRONT.test(node.type)) node = node.nextNamedSibling;
  const found = node && functionIn(node);
  if (!found) return undefined;
  const body = bodyOf(found);
  if (body && text[body.startIndex] === '{') return body.startPosition.row;
  const last = body ? body.previousSibling : found.namedChildren.at(-1);
  return last?.endPosition.row;
}

/** The function that a node is, or that it declares: the place may be at `export` or `const`. */
function functionIn(node: Node): Node | undefined {
  if (isFunction(node)) return node;
  if (!AROUND.test(node.type)) return undefined;
  const inner = node.namedChildren.filter(
    (child) => !!child && (FUNCTION.test(child.type) || AROUND.test(child.type)),
  );
  return inner.length === 1 ? functionIn(inner[0]!) : undefined;
}

function rangesOf(node: Node, text: string): FunctionRanges | undefined {
  const body = bodyOf(node);
  if (!body) return undefined;
  let whole = node;
  while (whole.parent && AROUND.test(whole.parent.type) && isOnly(whole)) whole = whole.parent;
  return { whole: { start: startOf(whole), end: whole.endIndex }, body: trimmed(inside(body, text), text) };
}

/** Its body by the grammar's name for it, or by its kind; grammars of words give an empty one none. */
function bodyOf(node: Node): Node | undefined {
  const named = node.childForFieldName('body');
  // PowerShell's block has the parameters in it.
  const block = node.namedChildren.find((child) => child?.type === 'script_block');
  return (
    named ??
    block?.childForFieldName('script_block_body') ??
    node.namedChildren.findLast((child) => !!child && BODY.test(child.type)) ??
    undefined
  );
}

/** Within the braces, if there are any: around it or around the one thing in it. */
function inside(body: Node, text: string): TextRange {
  const { startIndex: start, endIndex: end } = body;
  if (text[start] === '{' && text[end - 1] === '}') return { start: start + 1, end: end - 1 };
  // Grammars of C# and Kotlin count the mark of an expression to the body.
  const { length } = /^(?:=>|=)?/.exec(text.slice(start, end))![0];
  return { start: start + length, end };
}

function trimmed({ start, end }: TextRange, text: string): TextRange {
  const content = text.slice(start, end);
  const from = start + content.length - content.trimStart().length;
  return content.trim() === ''
    ? { start, end: start }
    : { start: from, end: start + content.trimEnd().length };
}

/** Tells if nothing else is declared together with it. */
function isOnly({ parent }: Node): boolean {
  return !/^(?:lexical|variable)_declaration$/.test(parent!.type) || parent!.namedChildCount === 1;
}

/** Decorators and attributes stand in front of it, as nodes of their own. */
function startOf(node: Node): number {
  let first = node;
  for (let before = first.previousSibling; before; before = first.previousSibling) {
    if (!IN_FRONT.test(before.type)) break;
    first = before;
  }
  return first.startIndex;
}
