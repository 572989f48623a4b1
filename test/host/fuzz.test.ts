import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { randomDocument } from '../../scripts/fuzz/documents';
import { Random } from '../../src/engine/diffusion/random';
import { closeAll, fill, openText, select, useExtension } from '../support/host/editing';

const SEED = 7;
const CASES = 5;
/** Longer documents are for `npm run fuzz`, which needs no window. */
const LONGEST = 20_000;

/** A sample of the fuzz's documents in a real editor; `npm run fuzz` has ten thousand of them without one. */
describe('random documents in the editor', function () {
  this.timeout(120_000);
  useExtension({
    'llada.inlineCompletions.enabled': false,
    'llada.maxTokens': 8,
    // VS Code takes out U+2028 and U+2029 otherwise, a moment after the document is shown.
    'editor.unusualLineTerminators': 'off',
  });

  it('are as they were outside of what is filled, and wholly after one undo', async () => {
    const random = new Random(SEED);
    const kinds = new Set<string>();
    for (let done = 0; done < CASES;) {
      const { text, regions } = randomDocument(random);
      if (text.length > LONGEST) continue;
      done++;
      const editor = await openText(text);
      const { document } = editor;
      // One line ending for all of it, and no half of a character: that is VS Code's doing.
      const before = document.getText();
      select(editor, { text: before, selections: regions.slice(0, 1) });
      const start = document.offsetAt(editor.selection.start);
      const behind = before.length - document.offsetAt(editor.selection.end);
      const outcome = await fill('cursor');
      const after = document.getText();
      const where = `case ${done} of seed ${SEED}: ${JSON.stringify(before.slice(0, 200))}`;
      assert.ok(outcome, where);
      kinds.add(outcome.kind);
      if (outcome.kind !== 'filled') {
        assert.equal(outcome.kind, 'empty', where);
        assert.equal(after, before, where);
        continue;
      }
      // A selection that ends inside of a character takes all of it.
      const [range] = outcome.ranges;
      const prefix = after.slice(0, document.offsetAt(range!.start));
      const suffix = after.slice(document.offsetAt(range!.end));
      assert.ok(before.startsWith(prefix) && before.endsWith(suffix), where);
      assert.ok(Math.abs(prefix.length - start) <= 1 && Math.abs(suffix.length - behind) <= 1, where);
      await vscode.commands.executeCommand('undo');
      // VS Code tells extensions of an edit in UTF-8, so half of a character that comes back comes as U+FFFD.
      assert.equal(document.getText().toWellFormed(), before.toWellFormed(), where);
      await closeAll();
    }
    assert.ok(kinds.has('filled'));
  });
});
