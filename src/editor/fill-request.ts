import * as vscode from 'vscode';
import type { FillRequest } from '../engine';
import type { TextAroundRegions } from './around-regions';
import { fillSettings } from './settings';

/** The request to fill the holes between texts of a document, the way the user has set. Hole lengths are left open. */
export function fillRequest(document: vscode.TextDocument, around: TextAroundRegions): FillRequest {
  const { options, maxTokens } = fillSettings(document);
  return {
    ...options,
    ...around,
    // “Untitled-1” would tell the model nothing.
    ...(document.isUntitled ? {} : { path: vscode.workspace.asRelativePath(document.uri, false) }),
    maxTokens,
  };
}
