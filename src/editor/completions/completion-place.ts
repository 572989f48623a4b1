import * as vscode from 'vscode';
import { textAroundRegions } from '../document/around-regions';
import type { Place } from './filters/place';

/** A place for a completion, and what of the document an accepted completion replaces. */
export interface CompletionPlace extends Place {
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

/** True where the cursor stands within a word, where nobody waits for a suggestion. */
export function isInsideWord({ prefix, suffix }: Place): boolean {
  return /[\p{L}\p{N}_]$/u.test(prefix) && /^[\p{L}\p{N}_]/u.test(suffix);
}
