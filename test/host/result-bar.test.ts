import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { FillOutcome } from '../../src/editor/fills/running-fill';
import { closeAll, configure, fill, filled, marked, openMarked, useExtension } from '../support/host/editing';

const SUM = `function sum(numbers) {
  let total = 0;
  for (const number of numbers) {
    «total += number * 2;»
  }
  return total;
}
`;

describe('the bar over a new fill', () => {
  const llada = useExtension();

  async function fillSum(): Promise<vscode.TextEditor> {
    const editor = await openMarked(SUM);
    filled(await fill());
    return editor;
  }

  async function lenses({ document }: vscode.TextEditor): Promise<string[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    return found.flatMap(({ command }) => (command?.command.startsWith('llada.') ? [command.command] : []));
  }

  it('offers to accept, to fill again, to improve, to undo; accepting keeps the text', async () => {
    const editor = await fillSum();
    const names = ['accept', 'another', 'improve', 'undo'].map((name) => `llada.${name}Fill`);
    assert.deepEqual(await lenses(editor), names);
    const text = editor.document.getText();
    await vscode.commands.executeCommand('llada.acceptFill');
    assert.deepEqual(await lenses(editor), []);
    assert.equal(llada().freshFill(), undefined);
    assert.equal(editor.document.getText(), text);
  });

  it('goes when the document is edited, and is not there when it is turned off', async () => {
    const editor = await fillSum();
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// mine\n'));
    assert.deepEqual(await lenses(editor), []);
    await closeAll();
    await configure({ 'llada.resultBar.enabled': false });
    assert.deepEqual(await lenses(await fillSum()), []);
  });

  it('undoes', async () => {
    const editor = await fillSum();
    await vscode.commands.executeCommand('llada.undoFill');
    assert.equal(editor.document.getText(), marked(SUM).text);
    assert.deepEqual(await lenses(editor), []);
  });

  it('fills again until the text is another one, and one undo still takes all back', async () => {
    const editor = await fillSum();
    for (let i = 0; i < 3; i++) {
      const { outcome, seed } = llada().freshFill()!;
      const another = await vscode.commands.executeCommand<FillOutcome | undefined>('llada.anotherFill');
      assert.notDeepEqual(filled(another).texts, outcome.texts);
      assert.ok(llada().freshFill()!.seed > seed);
    }
    await vscode.commands.executeCommand('llada.undoFill');
    assert.equal(editor.document.getText(), marked(SUM).text);
  });

  it('improves: tokens that the model is sure of stay', async () => {
    const editor = await fillSum();
    const before = editor.document.getText();
    const improved = filled(await vscode.commands.executeCommand<FillOutcome>('llada.improveFill'));
    const cells = improved.step.holes[0]!;
    assert.ok(
      cells.some(({ step }) => step > 0),
      'nothing was predicted anew',
    );
    assert.equal(cells.length, llada().freshFill()?.outcome.step.holes[0]?.length);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
  });
});
