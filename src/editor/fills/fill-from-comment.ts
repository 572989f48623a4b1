import * as vscode from 'vscode';
import { emptyBodyAt } from '../document/empty-body';
import type { Fills } from './fills';
import type { FillOutcome } from './running-fill';
import { quietly } from '../shared/notices';

/** “LLaDA: Fill from Comment”: writes what the comment at the cursor, or the head of the empty body there, announces. */
export async function fillFromComment(fills: Fills): Promise<FillOutcome | undefined> {
  const editor = vscode.window.activeTextEditor;
  const place = editor && emptyBodyAt(linesOf(editor.document), editor.selection.active.line, unitOf(editor));
  if (!place) {
    quietly(vscode.l10n.t('put the cursor on a comment, or where a body is still empty'));
    return undefined;
  }
  const { line, character, before, after } = place;
  const parts = [before, { masks: undefined }, after].filter((part) => part !== '');
  const range = new vscode.Range(line, character, line, character);
  return fills.fill(editor.document, [{ range, hole: { parts } }]);
}

function linesOf(document: vscode.TextDocument): string[] {
  return Array.from({ length: document.lineCount }, (_, i) => document.lineAt(i).text);
}

function unitOf({ options: { insertSpaces, tabSize } }: vscode.TextEditor): string {
  return insertSpaces === false ? '\t' : ' '.repeat(typeof tabSize === 'number' ? tabSize : 4);
}
