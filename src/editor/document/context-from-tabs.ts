import * as vscode from 'vscode';
import { MOST } from '../../context/in-front';
import { holdsSecret, looksSecret } from '../../context/secrets';
import { mostSimilarPassage, type OtherText } from '../../context/similar-passage';

/** The text by whose likeness a passage is chosen. */
const COMPARED = 600;
const LARGEST_DOCUMENT = 200_000;

/** The most similar passage of the other open tabs; undefined where nothing is alike. */
export function passageFromTabs(document: vscode.TextDocument, prefix: string): OtherText | undefined {
  return mostSimilarPassage(prefix.slice(-COMPARED), otherTabs(document), MOST.passage);
}

function otherTabs(document: vscode.TextDocument): OtherText[] {
  const open = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri.toString()] : []));
  return vscode.workspace.textDocuments
    .filter((other) => other !== document && open.includes(other.uri.toString()))
    .filter((other) => other.lineCount < LARGEST_DOCUMENT / 20 && !looksSecret(other.uri.path))
    .map((other) => ({
      path: vscode.workspace.asRelativePath(other.uri, false),
      text: other.getText().slice(0, LARGEST_DOCUMENT),
    }))
    .filter(({ text }) => !holdsSecret(text));
}
