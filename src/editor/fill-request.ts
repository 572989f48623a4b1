import * as vscode from 'vscode';
import type { FillRequest } from '../engine';
import { textAroundRegions } from './around-regions';
import type { Region } from './region-tracker';
import { fillSettings } from './settings';

/** The request to fill regions of a document as it now stands, the way the user has set. Hole lengths are left open. */
export function fillRequest(document: vscode.TextDocument, regions: readonly Region[]): FillRequest {
  const { options, maxTokens } = fillSettings(document);
  return {
    ...options,
    ...textAroundRegions(document.getText(), regions),
    // “Untitled-1” would tell the model nothing.
    ...(document.isUntitled ? {} : { path: vscode.workspace.asRelativePath(document.uri, false) }),
    maxTokens,
  };
}
