import assert from 'node:assert/strict';
import { inWords } from '../../../src/next-edit/edit';
import { RecentEdits } from '../../../src/next-edit/recent-edits';

/** A text that is typed in, and what is kept of it. */
class Typed {
  readonly edits = new RecentEdits();
  constructor(public text: string) {}

  change(start: number, removed: number, inserted: string): void {
    this.edits.changed(this.text, { start, removed, inserted });
    this.text = this.text.slice(0, start) + inserted + this.text.slice(start + removed);
  }

  type(start: number, text: string): void {
    for (let i = 0; i < text.length; i++) this.change(start + i, 0, text[i]!);
  }

  get pairs(): [string, string][] {
    return this.edits
      .of(this.text)
      .map((edit) => inWords(this.text, edit))
      .map(({ start, end, before }) => [before, this.text.slice(start, end)]);
  }
}

describe('recent edits', () => {
  it('keys in one place are one edit, in whole words', () => {
    const typed = new Typed('let count = 1;\n');
    typed.type(9, 'er');
    assert.deepEqual(typed.pairs, [['count', 'counter']]);
    typed.change(4, 7, '');
    typed.type(4, 'sum');
    assert.deepEqual(typed.pairs, [['count', 'sum']]);
  });

  it('keys in two lines are two edits, each where it now is', () => {
    const typed = new Typed('one\ntwo\nthree\n');
    typed.change(8, 5, 'four');
    typed.type(0, 'a ');
    assert.deepEqual(typed.edits.of(typed.text), [
      { start: 10, end: 14, before: 'three' },
      { start: 0, end: 2, before: '' },
    ]);
  });

  it('a line put in before an edit is an edit of its own', () => {
    const typed = new Typed('f(count);\n');
    typed.change(2, 5, 'total');
    typed.change(0, 0, '// a\n');
    assert.deepEqual(typed.pairs, [
      ['count', 'total'],
      ['', '// a\n'],
    ]);
  });

  it('both ends of a condition are one edit', () => {
    const typed = new Typed('if (a && b) {\n}\n');
    typed.type(10, ')');
    typed.type(4, '!(');
    assert.deepEqual(typed.pairs, [['a && b', '!(a && b)']]);
  });

  it('an edit that leaves all as it was is none', () => {
    const typed = new Typed('let a;\n');
    typed.type(4, 'b');
    typed.change(4, 1, '');
    assert.deepEqual(typed.pairs, []);
  });

  it('of what is long, many lines pasted, nothing is kept', () => {
    const typed = new Typed('let a;\n');
    typed.type(4, 'b');
    typed.change(0, 0, 'line\n'.repeat(100));
    assert.deepEqual(typed.pairs, []);
  });

  it('a name that is changed in lines just put in is an edit of its own', () => {
    const typed = new Typed('');
    typed.change(0, 0, 'f(count);\ng(count);\n');
    typed.change(2, 5, 't');
    typed.type(3, 'otal');
    assert.deepEqual(typed.pairs, [['count', 'total']]);
  });

  it('a new line is one edit, corrections at its end included', () => {
    const typed = new Typed('a;\n');
    typed.change(2, 0, '\n  ');
    typed.type(5, 'bad');
    typed.change(7, 1, '');
    typed.type(7, 'r');
    assert.deepEqual(typed.pairs, [['', '\n  bar']]);
  });

  it('an edit that a later one took away with its line is forgotten', () => {
    const typed = new Typed('one two\nthree four\n');
    typed.change(0, 3, 'uno');
    typed.change(8, 5, 'tre');
    typed.change(0, 8, '');
    assert.deepEqual(typed.pairs, [
      ['three', 'tre'],
      ['uno two\n', ''],
    ]);
  });
});
