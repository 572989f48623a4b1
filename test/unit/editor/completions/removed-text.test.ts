import assert from 'node:assert/strict';
import { RemovedText } from '../../../../src/editor/completions/removed-text';

/** A document in which somebody types and deletes. */
class Typist {
  readonly removed = new RemovedText();

  constructor(public text: string) {}

  replace(rangeOffset: number, rangeLength: number, text = ''): void {
    this.removed.changed(this.text, [{ rangeOffset, rangeLength, text }]);
    this.text = this.text.slice(0, rangeOffset) + text + this.text.slice(rangeOffset + rangeLength);
  }
}

describe('removed text', () => {
  it('is not brought back where it stood, whole or in part', () => {
    const typist = new Typist('a = total;\n');
    typist.replace(4, 5);
    for (const text of ['total', 'total;', 'to', ' total']) assert.ok(typist.removed.bringsBack(4, text));
    assert.ok(!typist.removed.bringsBack(4, 'sum'));
    assert.ok(!typist.removed.bringsBack(0, 'total'));
    assert.ok(!typist.removed.bringsBack(4, ' '));
  });

  it('is one text when it goes character by character', () => {
    const typist = new Typist('a = total;\n');
    for (let end = 9; end > 4; end--) typist.replace(end - 1, 1);
    assert.equal(typist.text, 'a = ;\n');
    assert.ok(typist.removed.bringsBack(4, 'total'));
    assert.ok(!typist.removed.bringsBack(4, 'tax'));
  });

  it('moves with what is written before it, and is forgotten where something else is written', () => {
    const typist = new Typist('a = total;\n');
    typist.replace(4, 5);
    typist.replace(0, 0, '// b\n');
    assert.ok(typist.removed.bringsBack(9, 'total'));
    typist.replace(9, 0, 't');
    assert.ok(!typist.removed.bringsBack(9, 'total'));
    assert.ok(!typist.removed.bringsBack(10, 'otal'));
  });
});
