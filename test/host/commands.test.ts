import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { acceptChoice, configure, next, openMarked, openText, useExtension } from '../support/host/editing';

function llada(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('llada');
}

describe('the other commands', function () {
  this.timeout(120_000);
  const api = useExtension();

  it('Toggle Inline Completions changes the setting, and changes it back', async () => {
    await llada().update('inlineCompletions.enabled', false, true);
    await vscode.commands.executeCommand('llada.toggleInlineCompletions');
    assert.equal(llada().get('inlineCompletions.enabled'), true);
    await vscode.commands.executeCommand('llada.toggleInlineCompletions');
    assert.equal(llada().get('inlineCompletions.enabled'), false);
  });

  it('Choose Model takes the extension’s own model', async () => {
    await configure({ 'llada.model.path': '/there/is/no/such/bundle' });
    await acceptChoice(vscode.commands.executeCommand('llada.chooseModel'));
    assert.equal(llada().get('model.path'), '');
  });

  it('Choose Provider changes the setting, and the engine is loaded anew', async () => {
    await configure({ 'llada.provider': 'cpu' });
    // The first entry is “auto”.
    await acceptChoice(vscode.commands.executeCommand('llada.chooseProvider'));
    assert.equal(llada().get('provider'), 'auto');
  });

  it('Run Benchmark opens a table of what it measured', async () => {
    const opened = await vscode.commands.executeCommand<vscode.TextDocument>('llada.runBenchmark');
    const text = opened.getText();
    const rows = text.split('\n').filter((line) => /^\| .* \| \d+ ms \| \d+ ms \| \d+ \| \d+ \|$/.test(line));
    assert.equal(rows.length, 3, text);
    assert.match(text, / on (cpu|webgpu|cuda|dml|coreml|wasm); /);
  });

  it('Show Log shows the log, and the menu runs what is chosen in it', async () => {
    await vscode.commands.executeCommand('llada.showLog');
    const editor = await openMarked('const a = «1 + 2»;\n');
    const ended = next(api().onDidEndFill);
    // The first entry fills the selection.
    await acceptChoice(vscode.commands.executeCommand('llada.showMenu'));
    assert.equal((await ended).document, editor.document);
  });

  it('asked for, several completions come to choose from', async () => {
    await configure({ 'llada.inlineCompletions.candidates': 6, 'llada.sampling': 'multinomial' });
    const editor = await openText('const numbers = [1, 2, 3];\nconst doubled = ');
    const { document } = editor;
    const before = document.getText();
    await vscode.commands.executeCommand('cursorBottom');
    const provided = next(api().onDidProvideCompletion);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await provided;
    // VS Code does not say when ghost text is shown, so which one a commit takes is not known, but in the end both are.
    const taken = new Set<string>();
    for (let turn = 0; taken.size < 2; turn++) {
      if (turn % 2 === 1) await vscode.commands.executeCommand('editor.action.inlineSuggest.showNext');
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      if (document.getText() !== before) {
        taken.add(document.getText());
        await vscode.commands.executeCommand('undo');
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const text of taken) assert.ok(text.startsWith(before));
  });
});
