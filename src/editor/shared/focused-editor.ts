import * as vscode from 'vscode';

/**
 * Tells of the editor that has the focus: at once, when it changes, and when its document gets another language. Such a
 * document is closed and opened, and its editor keeps the focus.
 *
 * @param look undefined where none has it
 */
export function onFocusedEditor(look: (editor: vscode.TextEditor | undefined) => void): vscode.Disposable {
  look(vscode.window.activeTextEditor);
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(look),
    vscode.workspace.onDidOpenTextDocument((document) => {
      const editor = vscode.window.activeTextEditor;
      if (document === editor?.document) look(editor);
    }),
  );
}
