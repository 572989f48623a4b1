import * as vscode from 'vscode';
import { completionSettings } from '../shared/settings';

/** A completion supersedes the one before it, and what else was asked for by itself. */
export const LANE = 'inline-completions';

/** Why no completion comes by itself in a document, for the status bar; undefined where they come. */
export type Silence = 'no-file' | 'off' | 'language' | 'glob';

/** Says why no completion comes by itself in a document; undefined where they come. VS Code keeps its own snooze. */
export function silenceIn(document: vscode.TextDocument): Silence | undefined {
  if (!isFile(document)) return 'no-file';
  const settings = completionSettings(document);
  return settings.enabled ? silenceOfKind(document, settings) : 'off';
}

/** True in prose, in files that are switched off and in what is no file: nothing comes by itself there. */
export function isSilentFile(document: vscode.TextDocument): boolean {
  return !isFile(document) || silenceOfKind(document, completionSettings(document)) !== undefined;
}

function silenceOfKind(
  document: vscode.TextDocument,
  { languages, exclude }: ReturnType<typeof completionSettings>,
): Silence | undefined {
  if (!(languages[document.languageId] ?? languages['*'] ?? true)) return 'language';
  return exclude.some((glob) => matches(document, glob)) ? 'glob' : undefined;
}

/** True for a file, saved or not, and not the input of a chat, a comment or a commit. */
function isFile({ uri }: vscode.TextDocument): boolean {
  return (
    ['untitled', 'vscode-notebook-cell'].includes(uri.scheme) ||
    vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true
  );
}

/** Globs are taken relative to the document's workspace folder, if it has one. */
function matches(document: vscode.TextDocument, glob: string): boolean {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  const pattern = folder ? new vscode.RelativePattern(folder, glob) : glob;
  return vscode.languages.match({ pattern }, document) > 0;
}
