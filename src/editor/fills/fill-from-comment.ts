import * as vscode from 'vscode';
import { commentOnLine } from '../../syntax/comments';
import { treeAround } from '../../syntax/embedded';
import { headEndsOn } from '../../syntax/functions';
import type { SyntaxTrees } from '../document/syntax-trees';
import { emptyBodyAt, type BodyPlace } from '../document/empty-body';
import { quietly } from '../shared/notices';
import type { Fills } from './fills';
import type { FillOutcome } from './running-fill';

/** “LLaDA: Fill from Comment”: writes what the comment at the cursor, or the head of the empty body there, announces. */
export async function fillFromComment(fills: Fills, trees: SyntaxTrees): Promise<FillOutcome | undefined> {
  const editor = vscode.window.activeTextEditor;
  const place = editor && (await placeIn(editor, trees));
  if (!place) {
    quietly(vscode.l10n.t('put the cursor on a comment, or where a body is still empty'));
    return undefined;
  }
  const { line, character, before, after } = place;
  const parts = [before, { masks: undefined }, after].filter((part) => part !== '');
  const range = new vscode.Range(line, character, line, character);
  return fills.fill(editor.document, [{ range, hole: { parts } }]);
}

async function placeIn(editor: vscode.TextEditor, trees: SyntaxTrees): Promise<BodyPlace | undefined> {
  const { document, selection } = editor;
  using tree = await trees.of(document);
  // Without a grammar nobody knows what is a comment.
  if (!tree) return undefined;
  const at = document.offsetAt(selection.active);
  using inner = await treeAround(tree, { start: at, end: at });
  return emptyBodyAt(linesOf(document), selection.active.line, unitOf(editor), {
    commentOn: (line) => commentOnLine(inner, line),
    headEndsOn: (line) => headEndsOn(inner, line),
  });
}

function linesOf(document: vscode.TextDocument): string[] {
  return Array.from({ length: document.lineCount }, (_, i) => document.lineAt(i).text);
}

function unitOf({ options: { insertSpaces, tabSize } }: vscode.TextEditor): string {
  return insertSpaces === false ? '\t' : ' '.repeat(typeof tabSize === 'number' ? tabSize : 4);
}
