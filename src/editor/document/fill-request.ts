import * as vscode from 'vscode';
import type { FillRequest, ScoreRequest, TextAroundHoles } from '../../engine/index';
import { contextFromTabsEnabled, fillSettings } from '../shared/settings';
import { withContextFromTabs } from './context-from-tabs';
import { textAroundRegions } from './around-regions';

/** The request to fill the holes between texts of a document, the way the user has set. Hole lengths are left open. */
export function fillRequest(document: vscode.TextDocument, around: TextAroundHoles): FillRequest {
  const { options, maxTokens } = fillSettings(document);
  return {
    ...options,
    ...around,
    ...(contextFromTabsEnabled(document) ? { prefix: withContextFromTabs(document, around.prefix) } : {}),
    ...pathOf(document),
    maxTokens,
  };
}

/** The request to judge a part of a document in its place. */
export function scoreRequest(
  document: vscode.TextDocument,
  range: vscode.Range,
  alternatives: number,
): ScoreRequest {
  const region = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const { prefix, suffix } = textAroundRegions(document.getText(), [region]);
  return { ...pathOf(document), prefix, text: document.getText(range), suffix, alternatives };
}

/** “Untitled-1” would tell the model nothing. */
function pathOf(document: vscode.TextDocument): { path?: string } {
  return document.isUntitled ? {} : { path: vscode.workspace.asRelativePath(document.uri, false) };
}
