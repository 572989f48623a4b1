import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  acceptChoice,
  closeAll,
  fill,
  filled,
  marked,
  openMarked,
  replaced,
  select,
  useExtension,
} from '../support/host/editing';

const CODE = `function first() {
  return 1;
}

function second(numbers) {
  let total = 0;
  for (const number of numbers) {
    total += num‸ber;
  }
  return total;
}
`;

describe('what Fill Masked Region fills', () => {
  useExtension();

  const enclosing = {
    line: CODE.replace('total += num‸ber;', '«total += number;»'),
    block: CODE.replace(/for [^]*?\n {2}\}/, (text) =>
      text.replace('‸', '').replace('total += number;', '«total += number;»'),
    ),
    function: CODE.replace('‸', '')
      .replace('let total', '«let total')
      .replace('return total;', 'return total;»'),
  };

  it('takes the line when told so', async () => {
    const editor = await openMarked(CODE);
    const { texts } = filled(await fill('line'));
    assert.equal(editor.document.getText(), replaced(marked(enclosing.line), texts));
  });

  it('takes the block when told so', async () => {
    const editor = await openMarked(CODE);
    const { ranges, texts } = filled(await fill('block'));
    const { text } = marked(CODE);
    const start = editor.document.offsetAt(ranges[0]!.start);
    assert.ok(start <= text.indexOf('total += ') && start > text.indexOf('function second'));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), text);
    assert.notEqual(texts[0], '');
  });

  it('takes the body of the function when told so', async () => {
    const editor = await openMarked(CODE);
    // Symbols come from the language service, which may still be starting.
    let outcome = await fill('function');
    while (!outcome) {
      select(editor, marked(CODE));
      outcome = await fill('function');
    }
    const { texts } = filled(outcome);
    assert.equal(editor.document.getText(), replaced(marked(enclosing.function), texts));
  });

  it('asks when nothing is selected, and remembers the answer', async () => {
    const drawn = 'const a = 1;\nconst b‸ = 2;\nconst c = 3;\n';
    await openMarked(drawn);
    const first = filled(await acceptChoice(fill()));
    assert.ok(first.texts.length === 1);
    await closeAll();
    const editor = await openMarked(drawn);
    const second = filled(await acceptChoice(fill()));
    assert.deepEqual(second.ranges[0]!.start, first.ranges[0]!.start);
    assert.match(editor.document.getText(), /^const a = 1;\n/);
  });

  it('fills markers on the cursor’s line, each with the masks it says', async () => {
    const drawn = 'const [MASK:2] = [1, 2];\n‸const sum = [MASK:3] + [MASK];\n';
    const editor = await openMarked(drawn);
    const { step, texts } = filled(await fill());
    assert.equal(texts.length, 2);
    assert.equal(step.holes[0]!.length, 3);
    const text = editor.document.getText();
    assert.equal(text, `const [MASK:2] = [1, 2];\nconst sum = ${texts[0]!} + ${texts[1]!};\n`);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), marked(drawn).text);
  });

  it('fills all markers of the document when told so', async () => {
    const editor = await openMarked('const [MASK:2] = 1;\n\n‸\nconst b = [MASK:3];\n');
    const { texts } = filled(await fill('markers'));
    assert.equal(editor.document.getText(), `const ${texts[0]!} = 1;\n\n\nconst b = ${texts[1]!};\n`);
  });

  it('keeps the words between markers in a selection', async () => {
    const editor = await openMarked('const a = 1;\n«const b = [MASK:2] + a * [MASK:2];»\n');
    const { texts } = filled(await fill());
    assert.match(texts[0]!, /^const b = [^]* \+ a \* [^]*;$/);
    assert.equal(editor.document.getText(), `const a = 1;\n${texts[0]!}\n`);
  });
});
