import * as vscode from 'vscode';
import { blockAt } from '../../syntax/blocks';
import { treeAround } from '../../syntax/embedded';
import { functionAt } from '../../syntax/functions';
import type { SyntaxTree, TextRange } from '../../syntax/syntax-tree';
import { inTime } from '../shared/in-time';
import type { SyntaxTrees } from './syntax-trees';
import { bodyOf, functionByIndentation, indentedBlock, type LineRange } from './text-block';

/** The longest wait for language services: a menu must not wait for a server that is still starting. */
const PATIENCE_MS = 1000;

/** The text of the cursor's line, without its indentation; undefined when it is blank. */
export function enclosingLine(
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Range | undefined {
  const line = document.lineAt(position);
  return line.isEmptyOrWhitespace
    ? undefined
    : textOf(document, { first: line.lineNumber, last: line.lineNumber });
}

/** The smallest run of lines around the cursor that belong together, more than its own line. */
export async function enclosingBlock(
  document: vscode.TextDocument,
  position: vscode.Position,
  trees: SyntaxTrees,
): Promise<vscode.Range | undefined> {
  const known = await rangeInTree(document, position, trees, blockAt);
  if (known) return known;
  const found = await inTime(
    vscode.commands.executeCommand<vscode.SelectionRange[] | undefined>(
      'vscode.executeSelectionRangeProvider',
      document.uri,
      [position],
    ),
    PATIENCE_MS,
  ).catch(nothing);
  for (let range = found?.[0]; range; range = range.parent) {
    const { start, end } = range.range;
    const text = trimmed(document, range.range);
    // The whole document is no block.
    if (start.line === 0 && end.line >= document.lineCount - 1) break;
    if (text && text.end.line > text.start.line && !/^[([{]/.test(document.getText(text))) return text;
  }
  const lines = indentedBlock(linesOf(document), position.line);
  return lines && lines.last > lines.first ? textOf(document, lines) : undefined;
}

/** The body of the innermost function around the cursor. */
export async function enclosingFunction(
  document: vscode.TextDocument,
  position: vscode.Position,
  trees: SyntaxTrees,
): Promise<vscode.Range | undefined> {
  const known = await rangeInTree(document, position, trees, (tree, at) => functionAt(tree, at)?.body);
  if (known) return known;
  const symbols = await inTime(
    vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    ),
    PATIENCE_MS,
  ).catch(nothing);
  const around = innermostFunction(symbols ?? [], position);
  if (!around) {
    const lines = functionByIndentation(linesOf(document), position.line);
    return lines && textOf(document, lines);
  }
  const first = around.start.line;
  const body = bodyOf(linesOf(document).slice(first, around.end.line + 1));
  return body && textOf(document, { first: first + body.first, last: first + body.last });
}

/** Asks the grammar, if there is one; undefined leaves it to language services and indentation. */
async function rangeInTree(
  document: vscode.TextDocument,
  position: vscode.Position,
  trees: SyntaxTrees,
  find: (tree: SyntaxTree, at: number) => TextRange | undefined,
): Promise<vscode.Range | undefined> {
  const at = document.offsetAt(position);
  using tree = await trees.of(document);
  using inner = tree && (await treeAround(tree, { start: at, end: at }));
  const range = (inner && find(inner, at)) ?? (tree && find(tree, at));
  return range && new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}

const FUNCTIONS: readonly vscode.SymbolKind[] = [
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
];

function innermostFunction(
  symbols: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[],
  position: vscode.Position,
): vscode.Range | undefined {
  let innermost: vscode.Range | undefined;
  for (const symbol of symbols) {
    const range = 'range' in symbol ? symbol.range : symbol.location.range;
    if (!range.contains(position)) continue;
    const inside = 'children' in symbol ? innermostFunction(symbol.children, position) : undefined;
    const found = inside ?? (FUNCTIONS.includes(symbol.kind) ? range : undefined);
    if (found && (!innermost || innermost.contains(found))) innermost = found;
  }
  return innermost;
}

/** Of a language service's own failure it has said so itself. */
function nothing(): undefined {
  return undefined;
}

function linesOf(document: vscode.TextDocument): string[] {
  return Array.from({ length: document.lineCount }, (_, i) => document.lineAt(i).text);
}

function textOf(document: vscode.TextDocument, { first, last }: LineRange): vscode.Range {
  const start = document.lineAt(first).firstNonWhitespaceCharacterIndex;
  return new vscode.Range(first, start, last, document.lineAt(last).text.trimEnd().length);
}

/** A range without white space at its ends; undefined where it holds nothing else. */
function trimmed(document: vscode.TextDocument, range: vscode.Range): vscode.Range | undefined {
  const text = document.getText(range);
  if (text.trim() === '') return undefined;
  const start = document.offsetAt(range.start) + text.search(/\S/);
  return new vscode.Range(document.positionAt(start), document.positionAt(start + text.trim().length));
}
