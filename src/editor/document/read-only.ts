import * as vscode from 'vscode';
import type { Platform } from '../shared/platform';

/** Documents without a file system that can be edited all the same; the others are made by content providers. */
const EDITABLE_SCHEMES = [
  'untitled',
  'vscode-notebook-cell',
  'vscode-interactive-input',
  'vscode-scm',
  'comment',
];

/**
 * Foresees that VS Code would refuse an edit: it has no API to ask, so this looks at what makes an editor read-only. “Set
 * Active Editor Read-only in Session” is not to be seen from here; the edit itself then fails.
 */
export async function isReadOnly(
  document: vscode.TextDocument,
  isWriteProtected: Platform['isWriteProtected'],
): Promise<boolean> {
  const { uri } = document;
  const writable = vscode.workspace.fs.isWritableFileSystem(uri.scheme);
  if (writable !== true) return writable === false || !EDITABLE_SCHEMES.includes(uri.scheme);
  const files = vscode.workspace.getConfiguration('files', document);
  if (matches(files, 'readonlyInclude', document) && !matches(files, 'readonlyExclude', document))
    return true;
  try {
    const { permissions } = await vscode.workspace.fs.stat(uri);
    if (permissions === vscode.FilePermission.Readonly) return true;
    return files.get<boolean>('readonlyFromPermissions', false) && (await isWriteProtected(uri));
  } catch {
    // A file that is not there yet, or no longer, can still be edited in its editor.
    return false;
  }
}

function matches(
  files: vscode.WorkspaceConfiguration,
  setting: string,
  document: vscode.TextDocument,
): boolean {
  const globs = Object.entries(files.get<Record<string, boolean>>(setting, {}));
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  return globs.some(([glob, on]) => {
    if (!on) return false;
    const pattern = folder ? new vscode.RelativePattern(folder, glob) : glob;
    return vscode.languages.match({ pattern }, document) > 0;
  });
}
