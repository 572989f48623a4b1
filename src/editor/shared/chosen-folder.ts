import * as vscode from 'vscode';

/** A folder that the user chooses in a dialog; undefined where they close it. */
export async function chosenFolder(title: string, openLabel: string): Promise<vscode.Uri | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      title,
      openLabel,
    })) ?? [];
  return folder;
}
