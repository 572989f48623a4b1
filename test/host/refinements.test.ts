import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { JudgedText } from '../../src/editor/judging/judged-text';
import type { FillOutcome } from '../../src/editor/fills/running-fill';
import { acceptChoice, closeAll, filled, next, openMarked, useExtension } from '../support/host/editing';

const LINE = 'const total = prices.reduce((sum, price) => sum + price, 0);';
const CODE = `const prices = [1, 2, 3];\n«${LINE}»\nconsole.log(total);\n`;

describe('what can be done to a text that is there', () => {
  const llada = useExtension();

  it('Explain Uncertainty gives every token of the selection a probability, in its place', async () => {
    const editor = await openMarked(CODE.replaceAll('\n', '\r\n'));
    const judged = await vscode.commands.executeCommand<JudgedText>('llada.explainUncertainty');
    assert.equal(judged.tokens.map(({ text }) => text).join(''), LINE);
    for (const { range, text, probability } of judged.tokens) {
      assert.equal(editor.document.getText(range), text);
      assert.ok(probability >= 0 && probability <= 1);
    }
    assert.equal(llada().heatMap(), judged);
    await vscode.commands.executeCommand('llada.hideUncertainty');
    assert.equal(llada().heatMap(), undefined);
  });

  it('Explain Uncertainty takes the line where nothing is selected, and ends with an edit', async () => {
    const editor = await openMarked('a\n\n  let b‸ = 2;\n\nc\n', 'plaintext');
    const judged = await vscode.commands.executeCommand<JudgedText>('llada.explainUncertainty');
    assert.ok(
      judged.tokens
        .map(({ text }) => text)
        .join('')
        .includes('let b = 2;'),
    );
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'x'));
    assert.equal(llada().heatMap(), undefined);
  });

  it('Explain Uncertainty and Improve Selection can be cancelled while the model reads', async () => {
    const lines = Array.from({ length: 24 }, (_, i) => `const value${i} = compute(${i}, before);`);
    const editor = await openMarked(`«${lines.join('\n')}»\n`);
    for (const command of ['llada.explainUncertainty', 'llada.improveSelection']) {
      const reading = next(llada().onDidChangeEngineState, ({ kind }) => kind === 'working');
      const judging = vscode.commands.executeCommand(command);
      await reading;
      await vscode.commands.executeCommand('llada.cancelFill');
      assert.equal(await judging, undefined, command);
    }
    assert.equal(llada().heatMap(), undefined);
    assert.equal(editor.document.getText(), `${lines.join('\n')}\n`);
    // An edit makes what is being read worthless.
    const reading = next(llada().onDidChangeEngineState, ({ kind }) => kind === 'working');
    const judging = vscode.commands.executeCommand('llada.explainUncertainty');
    await reading;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'x'));
    assert.equal(await judging, undefined);
  });

  it('Improve Selection masks the weakest tokens and keeps the others', async () => {
    const editor = await openMarked(CODE);
    const outcome = filled(await vscode.commands.executeCommand<FillOutcome>('llada.improveSelection'));
    const cells = outcome.step.holes[0]!;
    assert.ok(cells.some(({ step }) => step > 0));
    assert.ok(cells.some(({ step }) => step === 0));
    assert.match(editor.document.getText(), /^const prices = \[1, 2, 3\];\n[^]*\nconsole\.log\(total\);\n$/);
  });

  it('Show Alternatives puts the chosen token there, keeps what is before it and fills the rest anew', async () => {
    const editor = await openMarked('const prices = [1, 2, 3];\nconst total = ‸prices.length;\n');
    const choosing = vscode.commands.executeCommand<FillOutcome | undefined>('llada.showAlternatives');
    const { texts, step } = filled(await acceptChoice(choosing));
    const text = editor.document.getText();
    assert.match(text, /^const prices = \[1, 2, 3\];\nconst total =/);
    const [chosen] = step.holes[0]!;
    assert.equal(chosen?.locked, true);
    assert.ok(texts[0]!.startsWith(chosen.text));
    assert.notEqual(chosen.text.trim(), 'prices');
  });

  it('Fill from Comment writes on the line below the comment, and in an empty body', async () => {
    const comment = await openMarked('const first = 1;\nconst second = 2;\n\n// the sum of both numbers‸\n');
    filled(await vscode.commands.executeCommand<FillOutcome>('llada.fillFromComment'));
    assert.match(comment.document.getText(), /\n\/\/ the sum of both numbers\n[^]*\S/);
    await closeAll();
    const body = await openMarked('// Adds.\nfunction add(a, b) {‸}\n');
    filled(await vscode.commands.executeCommand<FillOutcome>('llada.fillFromComment'));
    assert.match(body.document.getText(), /^\/\/ Adds\.\nfunction add\(a, b\) \{\n {4}[^]*\S[^]*\n\}\n$/);
    await closeAll();
    await openMarked('const a = 1;‸\n');
    assert.equal(await vscode.commands.executeCommand('llada.fillFromComment'), undefined);
  });
});
