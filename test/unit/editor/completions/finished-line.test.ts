import assert from 'node:assert/strict';
import { finishedLine } from '../../../../src/editor/completions/finished-line';
import type { CellView } from '../../../../src/engine/index';

describe('finishedLine', () => {
  const cells = (...texts: readonly string[]): CellView[] =>
    texts.map((text) => ({ token: 9, text, masked: text === '', confidence: 1, step: 1, locked: false }));

  it('is known when everything up to a newline is committed', () => {
    assert.equal(finishedLine(cells('a', ' + b', ';\n  ', '', 'c')), 'a + b;');
    assert.equal(finishedLine(cells('\r\n', '')), '');
    assert.equal(finishedLine(cells('a', '\r', '')), 'a');
    assert.equal(finishedLine(cells('a', '', '\n')), undefined);
    assert.equal(finishedLine(cells('a', 'b')), undefined);
    assert.equal(finishedLine(cells('\ufffd', '\ufffd', '\n')), undefined);
  });
});
