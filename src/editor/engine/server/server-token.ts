import * as vscode from 'vscode';

const KEY = 'llada.server.token';

/** The token that the user has given for the team's server; undefined: none. */
export function storedServerToken(secrets: vscode.SecretStorage): Thenable<string | undefined> {
  return secrets.get(KEY);
}

/**
 * “LLaDA: Set Server Token”: takes the secret that the server at `llada.server.url` wants to hear, and keeps it where VS Code
 * keeps secrets. Nothing typed forgets it.
 *
 * @returns whether it was changed
 */
export async function askForServerToken(secrets: vscode.SecretStorage): Promise<boolean> {
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t('Set Server Token'),
    prompt: vscode.l10n.t('The token of the server at llada.server.url. Leave it empty to forget it.'),
    password: true,
    ignoreFocusOut: true,
  });
  if (token === undefined) return false;
  if (token.trim() === '') await secrets.delete(KEY);
  else await secrets.store(KEY, token.trim());
  return true;
}
