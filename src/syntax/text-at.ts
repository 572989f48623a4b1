import type { Node } from '@vscode/tree-sitter-wasm';
import type { SyntaxTree } from './syntax-tree';

/** The kind of text at a place. */
export type TextKindAt = 'code' | 'comment' | 'docstring' | 'string' | 'template' | 'regex' | 'markup text';

const COMMENT = /comment/;
const STRING =
  /^(?:string|string_literal|interpreted_string_literal|raw_string_literal|raw_string|char_literal|character_literal|rune_literal|line_string_literal|multi_line_string_literal|multiline_string_literal|verbatim_string_literal|interpolated_string_expression|encapsed_string|heredoc|heredoc_body|nowdoc_body|text_block|ansi_c_string|string_value|quoted_attribute_value|attribute_value|double_quote_scalar|single_quote_scalar|block_scalar|expandable_string_literal|expandable_here_string_literal|verbatim_string_characters|verbatim_here_string_characters|system_lib_string|subshell)$/;
const TEMPLATE = /^template_string$/;
const REGEX = /^(?:regex|regex_literal)$/;
const MARKUP_TEXT = /^(?:jsx_text|text|html_text)$/;
/** Between these a template holds code. */
const INTERPOLATION =
  /^(?:template_substitution|interpolation|interpolated_expression|expansion|command_substitution|simple_expansion)$/;

/** Tells the kind of text at a place: the one that a character typed there would become a part of. */
export function textAt(tree: SyntaxTree, at: number): TextKindAt {
  const found = nodeOfTextAt(tree, at);
  if (!found) return 'code';
  const { type } = found;
  if (COMMENT.test(type)) return 'comment';
  if (TEMPLATE.test(type)) return 'template';
  if (REGEX.test(type)) return 'regex';
  if (MARKUP_TEXT.test(type)) return 'markup text';
  return isDocstring(found) ? 'docstring' : 'string';
}

/** The innermost comment, string, template, regular expression or text of markup that a place is in. */
export function nodeOfTextAt({ root, text }: SyntaxTree, at: number): Node | undefined {
  // To the left of the place, for what ends with the line has no end of its own.
  for (const index of at > 0 ? [at - 1, at] : [at]) {
    let node = root.descendantForIndex(index, index);
    for (; node; node = node.parent) {
      if (INTERPOLATION.test(node.type) && node.startIndex < at && at < node.endIndex) break;
      if (isText(node) && isInside(node, at, text)) return node;
    }
  }
  return undefined;
}

export function isComment({ type, isNamed }: Node): boolean {
  return isNamed && COMMENT.test(type);
}

export function isString({ type, isNamed }: Node): boolean {
  return isNamed && (STRING.test(type) || TEMPLATE.test(type));
}

function isText({ type, isNamed }: Node): boolean {
  return isNamed && [COMMENT, STRING, TEMPLATE, REGEX, MARKUP_TEXT].some((kind) => kind.test(type));
}

/** A comment up to the end of its line goes on where it ends; all else ends with characters of its own. */
function isInside(node: Node, at: number, text: string): boolean {
  if (at <= node.startIndex || at > node.endIndex) return false;
  if (at < node.endIndex) return true;
  const lineComment = COMMENT.test(node.type) && !/(?:\*\/|-->|\]\]|=end\s*|#>)$/.test(node.text);
  return lineComment && !text.slice(node.startIndex, at).includes('\n');
}

/** Tells if a string of Python is the docstring of a module, class or function. */
export function isDocstring(node: Node): boolean {
  const statement = node.parent;
  if (node.type !== 'string' || statement?.type !== 'expression_statement') return false;
  const block = statement.parent;
  return (
    (block?.type === 'block' || block?.type === 'module') &&
    block.namedChildren.find((child) => child && !COMMENT.test(child.type))?.id === statement.id
  );
}
