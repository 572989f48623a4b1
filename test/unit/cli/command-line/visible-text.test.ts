import assert from 'node:assert/strict';
import fc from 'fast-check';
import { visibleInline, visibleText } from '../../../../src/cli/command-line/visible-text';

const ANY_TEXT = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xa0 }).map((code) => String.fromCharCode(code)),
    fc.string(),
  ),
});

describe('visible text', () => {
  it('shows control characters', () => {
    assert.equal(visibleText('\x1b[31m\x07\x00\x7f'), '␛[31m␇␀␡');
    assert.equal(visibleText('\x9b31m'), '\\u{9b}31m');
    assert.equal(visibleText('if (a /*\u202e*/)'), 'if (a /*\\u{202e}*/)');
    assert.equal(visibleText('overwritten\rline'), 'overwritten␍line');
  });

  it('leaves text, tabs and line ends alone', () => {
    const text = 'x\ty\nz\r\né 😀 \u200d';
    assert.equal(visibleText(text), text);
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(ANY_TEXT, (text) => assert.doesNotMatch(visibleText(text), /[^\P{Cc}\t\r\n]|\r(?!\n)/u)),
    );
  });

  it('fits on one line', () => {
    assert.equal(visibleInline('a\r\n\tb\rc\n'), 'a⏎  b⏎c⏎');
    fc.assert(fc.property(ANY_TEXT, (text) => assert.doesNotMatch(visibleInline(text), /\p{Cc}/u)));
  });
});
