import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  configure,
  fill,
  filled,
  freshName,
  marked,
  next,
  openFile,
  openMarked,
  openText,
  replaced,
  select,
  stepped,
  useExtension,
} from '../support/host/editing';

const SUM = `function sum(numbers) {
  let total = 0;
  for (const number of numbers) {
    «total += number;»
  }
  return total;
}
`;
/** Long enough that there is time to do things while it is being filled. */
const LONG = `// Adds things up.
const before = 1;
«${Array.from({ length: 12 }, (_, i) => `const value${i} = compute(${i}, before);`).join('\n')}»
const after = 2;
`;

describe('LLaDA: Fill Masked Region', () => {
  // Every token its own step, so that a fill takes as long as it may; ghost text would only be in the way.
  const llada = useExtension({ 'llada.threshold': 0, 'llada.inlineCompletions.enabled': false });

  it('fills a selection, leaves the rest alone, selects what it wrote', async () => {
    const editor = await openMarked(SUM);
    const { texts, ranges } = filled(await fill());
    assert.equal(editor.document.getText(), replaced(marked(SUM), texts));
    assert.notEqual(texts[0], '');
    assert.ok(ranges[0]);
    assert.equal(editor.document.getText(ranges[0]), texts[0]);
    assert.equal(editor.document.getText(editor.selection), texts[0]);
  });

  it('is one undo step, and one redo step', async () => {
    const editor = await openMarked(SUM);
    const { texts } = filled(await fill());
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), marked(SUM).text);
    await vscode.commands.executeCommand('redo');
    assert.equal(editor.document.getText(), replaced(marked(SUM), texts));
  });

  it('does not edit the document before the fill is complete', async () => {
    const editor = await openMarked(SUM);
    const { version } = editor.document;
    let steps = 0;
    const listening = llada().onDidStepFill((step) => {
      steps++;
      assert.equal(editor.document.version, version, `edited at step ${step.index}`);
    });
    const { step } = filled(await fill());
    listening.dispose();
    assert.equal(steps, step.index + 1);
    assert.ok(editor.document.version <= version + 1, 'edited more than once');
  });

  it('fills at the cursor and puts it behind what it wrote', async () => {
    const drawn = 'const numbers = [1, 2, 3];\nconst doubled = numbers.map(‸);\nconsole.log(doubled);\n';
    const editor = await openMarked(drawn);
    const { texts, ranges } = filled(await fill('cursor'));
    assert.equal(editor.document.getText(), replaced(marked(drawn), texts));
    assert.ok(editor.selection.isEmpty);
    assert.deepEqual(editor.selection.active, ranges[0]?.end);
  });

  it('fills several selections and cursors in one request and one undo step', async () => {
    const drawn = `function «sum»(numbers) {\n  let total = ‸;\n  for (const n of numbers) «total += n;»\n  return total;\n}\n`;
    const editor = await openMarked(drawn);
    editor.selections = editor.selections.toReversed();
    const { texts } = filled(await fill());
    assert.equal(texts.length, 3);
    assert.equal(editor.document.getText(), replaced(marked(drawn), texts));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), marked(drawn).text);
  });

  it('gives the same text for the same seed', async () => {
    await configure({ 'llada.sampling': 'multinomial', 'llada.seed': 7 });
    const fills: string[] = [];
    for (let i = 0; i < 2; i++) {
      await openMarked(SUM);
      fills.push(filled(await fill()).texts[0]!);
    }
    assert.equal(fills[0], fills[1]);
  });

  it('can be cancelled, and leaves the document as it was', async () => {
    const editor = await openMarked(LONG);
    const { version } = editor.document;
    const running = fill();
    await stepped(llada(), running, 2);
    await vscode.commands.executeCommand('llada.cancelFill');
    assert.deepEqual(await running, { kind: 'cancelled' });
    assert.equal(editor.document.version, version);
    assert.equal(editor.document.getText(), marked(LONG).text);
  });

  it('can be cancelled while the model is still loading', async () => {
    await vscode.commands.executeCommand('llada.restartEngine');
    const editor = await openMarked(SUM);
    const running = fill();
    await next(llada().onDidChangeEngineState, ({ kind }) => kind === 'loading');
    await vscode.commands.executeCommand('llada.cancelFill');
    assert.deepEqual(await running, { kind: 'cancelled' });
    assert.equal(editor.document.getText(), marked(SUM).text);
  });

  it('runs one at a time', async () => {
    const editor = await openMarked(LONG);
    const running = fill();
    await stepped(llada(), running);
    assert.equal(await fill(), undefined);
    await vscode.commands.executeCommand('llada.cancelFill');
    assert.deepEqual(await running, { kind: 'cancelled' });
    assert.equal(editor.document.getText(), marked(LONG).text);
  });

  it('follows edits elsewhere while it runs', async () => {
    const editor = await openMarked(LONG);
    const running = fill();
    await stepped(llada(), running);
    const end = editor.document.positionAt(editor.document.getText().length);
    let ended = false;
    void running.then(() => (ended = true));
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), '// First line.\n// Second line.\n');
      edit.insert(end, '// Last line.\n');
    });
    assert.equal(ended, false, 'the fill ended before the edit came');
    const { texts } = filled(await running);
    const expected = replaced(marked(LONG), texts);
    assert.equal(editor.document.getText(), `// First line.\n// Second line.\n${expected}// Last line.\n`);
  });

  it('gives up when its region is edited', async () => {
    const editor = await openMarked(LONG);
    const running = fill();
    await stepped(llada(), running);
    await editor.edit((edit) => edit.insert(new vscode.Position(4, 3), '/* mine */'));
    assert.deepEqual(await running, { kind: 'edited' });
    const lines = marked(LONG).text.split('\n');
    lines[4] = `${lines[4]!.slice(0, 3)}/* mine */${lines[4]!.slice(3)}`;
    assert.equal(editor.document.getText(), lines.join('\n'));
  });

  it('gives up when its document is closed', async () => {
    const editor = await openFile(freshName('.js'), marked(LONG).text);
    select(editor, marked(LONG));
    const running = fill();
    await stepped(llada(), running);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    assert.deepEqual(await running, { kind: 'closed' });
  });

  it('goes on while another document is looked at', async () => {
    const editor = await openMarked(LONG);
    const running = fill();
    await stepped(llada(), running);
    await openText('another one', 'plaintext');
    const { texts } = filled(await running);
    assert.equal(editor.document.getText(), replaced(marked(LONG), texts));
  });
});
