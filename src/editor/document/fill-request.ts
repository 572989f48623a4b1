import * as vscode from 'vscode';
import type { FillRequest, ScoreRequest, TextAroundHoles } from '../../engine/index';
import { withPassages } from '../../context/in-front';
import type { OtherText } from '../../context/similar-passage';
import { contextSettings, fillSettings } from '../shared/settings';
import { passageFromTabs } from './context-from-tabs';
import { definitionsNear } from './definitions';
import { textAroundRegions } from './around-regions';

/**
 * The request to fill the holes between texts of a document, the way the user has set. Hole lengths are left open.
 *
 * @param offset of the first hole
 */
export async function fillRequest(
  document: vscode.TextDocument,
  around: TextAroundHoles,
  offset: number,
): Promise<FillRequest> {
  const { options, maxTokens } = fillSettings(document);
  return {
    ...options,
    ...around,
    prefix: withPassages(around.prefix, document.languageId, await passages(document, around.prefix, offset)),
    ...pathOf(document),
    maxTokens,
  };
}

/** Collects the passages of other files that the settings let the model see. */
async function passages(
  document: vscode.TextDocument,
  prefix: string,
  offset: number,
): Promise<readonly OtherText[]> {
  const { openTabs, definitions } = contextSettings(document);
  const declared = definitions ? await definitionsNear(document, offset) : [];
  // Together they would crowd out the text around the hole.
  if (declared.length > 0 || !openTabs) return declared;
  const passage = passageFromTabs(document, prefix);
  return passage ? [passage] : [];
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
export function pathOf(document: vscode.TextDocument): { path?: string } {
  return document.isUntitled ? {} : { path: vscode.workspace.asRelativePath(document.uri, false) };
}
