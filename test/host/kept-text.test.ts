import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { KeptText } from '../../src/editor/document/kept-text';
import { openText, useExtension } from '../support/host/editing';

describe('the text kept by its changes', function () {
  this.timeout(120_000);
  useExtension();

  const type = (text: string): Thenable<unknown> => vscode.commands.executeCommand('type', { text });

  /** Follows a document while something is done to it; every event must leave the document's own text. */
  async function followed(editor: vscode.TextEditor, change: () => Promise<unknown>): Promise<number> {
    const { document } = editor;
    const kept = new KeptText(document);
    const wrong: string[] = [];
    let events = 0;
    const listening = vscode.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
      if (changed !== document) return;
      events++;
      kept.follow(contentChanges);
      if (kept.text !== document.getText()) wrong.push(JSON.stringify(contentChanges));
    });
    await change();
    listening.dispose();
    assert.deepEqual(wrong, []);
    return events;
  }

  for (const [name, ending] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ] as const) {
    it(`is the document’s through keys, many cursors, undo and another line ending (${name})`, async () => {
      const lines = Array.from({ length: 30 }, (_, i) => `const value${i} = ${i}; // 👍`);
      const editor = await openText(lines.join(ending));
      const events = await followed(editor, async () => {
        const cursors = [3, 9, 20].map((line) => new vscode.Selection(line, 6, line, 11));
        editor.selections = cursors;
        await type('a');
        await type('\n');
        await vscode.commands.executeCommand('deleteLeft');
        editor.selections = [new vscode.Selection(0, 0, 0, 0)];
        await vscode.commands.executeCommand('editor.action.insertLineAfter');
        await vscode.commands.executeCommand('editor.action.moveLinesDownAction');
        await vscode.commands.executeCommand('undo');
        await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
        await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.LF));
        const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
        await editor.edit((edit) => edit.replace(whole, 'one\r\ntwo\nthree'));
        await vscode.commands.executeCommand('undo');
      });
      assert.ok(events > 5, `${events} events`);
    });
  }
});
