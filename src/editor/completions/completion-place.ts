import * as vscode from 'vscode';
import { textAroundRegions } from '../document/around-regions';

/** A place for a completion, and what of the document an accepted completion replaces. */
export interface CompletionPlace {
  /** The text before it that the engine reads. */
  readonly prefix: string;
  /** The text behind it that the engine reads. */
  readonly suffix: string;
  /** Nothing but white space on the cursor's line: a completion may have many lines. */
  readonly lineIsBlank: boolean;
  readonly range: vscode.Range;
  /** The suggestion list's selected item, which the completion goes on from; '' without one. */
  readonly selected: string;
}

/** The place at the cursor; with an item selected in the suggestion list, as if that item had been taken. */
export function completionPlace(
  document: vscode.TextDocument,
  position: vscode.Position,
  { selectedCompletionInfo }: vscode.InlineCompletionContext,
): CompletionPlace {
  const range = selectedCompletionInfo?.range ?? new vscode.Range(position, position);
  const selected = selectedCompletionInfo?.text ?? '';
  const region = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const { prefix, suffix } = textAroundRegions(document.getText(), [region]);
  const lineIsBlank = selected === '' && document.lineAt(position).isEmptyOrWhitespace;
  return { prefix: prefix + selected, suffix, lineIsBlank, range, selected };
}
