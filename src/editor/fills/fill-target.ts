import * as vscode from 'vscode';
import { filledPart } from '../../fills/filled-part';
import { isInsideCharacter, MASK_MARKER, parseMaskMarkers, type HoleRequest } from '../../engine/index';

/** A place of a document to be filled, and what its hole begins as. */
export interface FillTarget {
  readonly range: vscode.Range;
  readonly hole: HoleRequest;
}

/** A range's text becomes the hole, of whole lines without what keeps them apart: `[MASK]` markers in it are the masks and its words stay; without any it is all masks. */
export function targetOf(document: vscode.TextDocument, given: vscode.Range): FillTarget {
  const range = withinLines(document, wholeCharacters(document, given));
  const replaced = document.getText(range);
  if (replaced === '') return { range, hole: {} };
  const parts = parseMaskMarkers(replaced);
  return { range, hole: parts ? { parts } : { replaced } };
}

function withinLines(document: vscode.TextDocument, range: vscode.Range): vscode.Range {
  const selected = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const { start, end } = filledPart(document.getText(), selected);
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** As VS Code has it for an edit: an end inside of a surrogate pair moves outwards, a cursor there to the left. */
function wholeCharacters(document: vscode.TextDocument, range: vscode.Range): vscode.Range {
  const inside = ({ line, character }: vscode.Position): boolean =>
    isInsideCharacter(document.lineAt(line).text, character);
  const start = inside(range.start) ? range.start.translate(0, -1) : range.start;
  if (range.isEmpty) return new vscode.Range(start, start);
  return new vscode.Range(start, inside(range.end) ? range.end.translate(0, 1) : range.end);
}

/** Each `[MASK]` and `[MASK:12]` of a part of the document as a target of its own. */
export function markersIn(document: vscode.TextDocument, within?: vscode.Range): FillTarget[] {
  const offset = within ? document.offsetAt(within.start) : 0;
  return [...document.getText(within).matchAll(MASK_MARKER)].map(({ 0: marker, index }) => {
    const start = document.positionAt(offset + index);
    return targetOf(document, new vscode.Range(start, start.translate(0, marker.length)));
  });
}
